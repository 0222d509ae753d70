;; The same with copies.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 512)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (loop $again (memory.copy (i32.const 65536) (i32.const 131072) (i32.const 33000000)) (br $again))
    i32.const 16))

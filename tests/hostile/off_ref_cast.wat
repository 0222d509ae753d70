;; A cast of a reference, which does, too.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (drop (ref.cast (ref null i31) (ref.null any)))
    i32.const 16))

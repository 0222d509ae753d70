;; All that it may hold, each page written.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 900)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 255) (i32.const 58000000))
    i32.const 16))

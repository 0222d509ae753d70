;; A key of a mebibyte.
(module
  (import "tusk:fujsen/config@0.1.0" "get" (func $host (param i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 20)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call $host (i32.const 4096) (i32.const 524288) (i32.const 512))
    i32.const 16))

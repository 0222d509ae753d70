;; A schema and a document of a mebibyte each.
(module
  (import "tusk:fujsen/config@0.1.0" "validate" (func $host (param i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 40)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 91) (i32.const 1048576)) (call $host (i32.const 65536) (i32.const 524288) (i32.const 65536) (i32.const 524288) (i32.const 512))
    i32.const 16))

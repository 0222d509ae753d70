;; A message behind the memory.
(module
  (import "tusk:fujsen/log@0.1.0" "write" (func $host (param i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call $host (i32.const 1) (i32.const 65530) (i32.const 100) (i32.const 0) (i32.const 0))
    i32.const 16))

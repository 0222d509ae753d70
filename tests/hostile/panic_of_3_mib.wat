;; A panic of three mebibytes.
(module
  (import "tusk:fujsen/fujsen@0.1.0" "panic" (func $host (param i32 i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 64)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 3145728)) (call $host (i32.const 65536) (i32.const 1572864) (i32.const 65536) (i32.const 1572864) (i32.const -1) (i32.const -1)) unreachable
    i32.const 16))

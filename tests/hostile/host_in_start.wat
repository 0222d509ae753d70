;; Calls the host at its start.
(module
  (import "tusk:fujsen/time@0.1.0" "now" (func $host (result i64)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func $s (drop (call $host))) (start $s)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

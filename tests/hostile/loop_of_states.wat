;; A store that the file does not name, for ever.
(module
  (import "tusk:fujsen/state@0.1.0" "get" (func $host (param i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (loop $again (call $host (i32.const 0) (i32.const 10) (i32.const 512)) (br $again))
    i32.const 16))

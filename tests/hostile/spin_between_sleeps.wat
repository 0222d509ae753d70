;; Spins for a little less than it may, sleeps, and spins again.
(module
  (import "tusk:fujsen/time@0.1.0" "sleep" (func $host (param i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func $spin (local i32) (loop $again (br_if $again (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3000000)))))
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (loop $again (call $spin) (call $host (i32.const 1)) (br $again))
    i32.const 16))

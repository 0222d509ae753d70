;; To the bottom of what the stack holds, and up again, for ever.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func $down (param i32) (if (local.get 0) (then (call $down (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (loop $again (call $down (i32.const 2000)) (br $again))
    i32.const 16))

;; Two calls in each call, forty deep.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func $two (param i32) (if (local.get 0) (then (call $two (i32.sub (local.get 0) (i32.const 1))) (call $two (i32.sub (local.get 0) (i32.const 1))))))
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call $two (i32.const 40))
    i32.const 16))

;; Calls that leave no trace.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func $g (result i32) i32.const 16)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (return_call $g)
    i32.const 16))

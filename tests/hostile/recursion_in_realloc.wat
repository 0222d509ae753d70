;; In the phase of arguments.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func $r (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (call $r (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

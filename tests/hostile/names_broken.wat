;; A section of names that is broken.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (@custom "name" "\01\ff\ff\ff\ff\0f")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

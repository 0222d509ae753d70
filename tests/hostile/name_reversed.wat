;; A name that is read from the right.
(module
  (@custom "tusk:functions" "{\"name\":\"\\u202efdp.exe\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

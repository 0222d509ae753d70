;; A text that is none.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\04\00\00\00\00\00\00\00\00\10\00\00\04\00\00\00")(data (i32.const 4096) "\00\d8\00\d8\00\d8\00\d8")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

;; A text with what steers terminals, which is the client's affair.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\04\00\00\00\00\00\00\00\00\10\00\00\08\00\00\00")(data (i32.const 4096) "\1b\00\5b\00\33\00\31\00\6d\00\0a\00\0d\00\78\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

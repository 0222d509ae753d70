;; JSON that is none.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\06\00\00\00\00\00\00\00\00\10\00\00\03\00\00\00")(data (i32.const 4096) "\7b\00\5d\00\7d\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

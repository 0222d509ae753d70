;; A message of three mebibytes.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 64)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\01\00\00\00\00\00\00\00\f4\01\00\00\00\00\00\00\00\00\00\00\00\00\01\00\00\00\18\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 3145728))
    i32.const 16))

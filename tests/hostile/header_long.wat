;; A header of a mebibyte.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 20)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\10\00\00\01\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")(data (i32.const 4096) "\20\10\00\00\03\00\00\00\00\00\01\00\00\00\08\00")(data (i32.const 4128) "\78\00\2d\00\61\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (memory.fill (i32.const 65536) (i32.const 97) (i32.const 1048576))
    i32.const 16))

;; Data that was dropped.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data $d "0123")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 4))
    i32.const 16))

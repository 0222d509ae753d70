;; More tables than one module may have.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (table 1 funcref) (table 1 funcref)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

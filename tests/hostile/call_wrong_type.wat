;; Calls a function as what it is not.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (type $t (func (param i64) (result f32))) (table 1 funcref) (func $g) (elem (i32.const 0) $g)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (drop (call_indirect (type $t) (i64.const 1) (i32.const 0)))
    i32.const 16))

;; A call of a reference.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (type $t (func)) (func $g (type $t)) (elem declare func $g)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call_ref $t (ref.func $g))
    i32.const 16))

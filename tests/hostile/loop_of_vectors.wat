;; Vector instructions.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (loop $again (drop (i32x4.mul (v128.const i32x4 1 2 3 4) (v128.const i32x4 5 6 7 8))) (br $again))
    i32.const 16))

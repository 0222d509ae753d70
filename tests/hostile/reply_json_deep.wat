;; JSON of a hundred thousand levels.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 4)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\06\00\00\00\00\00\00\00\00\00\01\00\18\73\01\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (local $at i32) (loop $again (i32.store16 offset=65536 (local.get $at) (i32.const 91)) (br_if $again (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 2))) (i32.const 190000))))
    i32.const 16))

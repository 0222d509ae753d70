;; Thirty thousand times the same header.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 16)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\00\00\00\00\00\00\00\00\00\00\00\00\00\00\01\00\30\75\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00\00")(data (i32.const 4096) "\78\00\2d\00\61\00\79\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (local $at i32) (local.set $at (i32.const 65536)) (loop $again (i32.store (local.get $at) (i32.const 4096)) (i32.store offset=4 (local.get $at) (i32.const 3)) (i32.store offset=8 (local.get $at) (i32.const 4102)) (i32.store offset=12 (local.get $at) (i32.const 1)) (local.set $at (i32.add (local.get $at) (i32.const 16))) (br_if $again (i32.lt_u (local.get $at) (i32.const 545536))))
    i32.const 16))

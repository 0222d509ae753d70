;; Names of functions that steer terminals, in a trap.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (@custom "name" "\01\0f\01\00\0c\1b[31mred\0ax\07\0d")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    unreachable
    i32.const 16))

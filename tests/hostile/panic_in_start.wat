;; Panics at its start.
(module
  (import "tusk:fujsen/fujsen@0.1.0" "panic" (func $host (param i32 i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 4096) "\1b\00\5b\00\33\00\31\00\6d\00\72\00\65\00\64\00")(func $s (call $host (i32.const 4096) (i32.const 8) (i32.const 0) (i32.const 0) (i32.const 7) (i32.const 7)) unreachable) (start $s)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

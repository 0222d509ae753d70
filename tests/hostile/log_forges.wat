;; A message that would be a line of another.
(module
  (import "tusk:fujsen/log@0.1.0" "write" (func $host (param i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 4096) "\78\00\0a\00\32\00\30\00\32\00\36\00\2d\00\30\00\31\00\2d\00\30\00\31\00\54\00\30\00\30\00\3a\00\30\00\30\00\3a\00\30\00\30\00\5a\00\20\00\45\00\52\00\52\00\4f\00\52\00\20\00\66\00\6f\00\72\00\67\00\65\00\64\00\1b\00\5b\00\33\00\31\00\6d\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call $host (i32.const 1) (i32.const 4096) (i32.const 39) (i32.const 0) (i32.const 0))
    i32.const 16))

;; Fujsens that call each other as deep as they may.
(module
  (import "tusk:fujsen/fujsen@0.1.0" "call" (func $host (param i32 i32 i32 i32 i32)))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 4096) "\63\00\61\00\6c\00\6c\00\73\00\5f\00\69\00\74\00\73\00\65\00\6c\00\66\00\2e\00\66\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    (call $host (i32.const 4096) (i32.const 14) (i32.const 0) (i32.const 0) (i32.const 512))
    i32.const 16))

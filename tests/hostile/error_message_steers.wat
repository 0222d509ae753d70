;; A message that would be a line of the log.
(module
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (data (i32.const 16) "\01\00\00\00\00\00\00\00\f4\01\00\00\00\10\00\00\04\00\00\00\08\10\00\00\2a\00\00\00")(data (i32.const 4096) "\63\00\6f\00\64\00\65\00")(data (i32.const 4104) "\1b\00\5b\00\32\00\4a\00\78\00\0a\00\32\00\30\00\32\00\36\00\2d\00\30\00\31\00\2d\00\30\00\31\00\54\00\30\00\30\00\3a\00\30\00\30\00\3a\00\30\00\30\00\5a\00\20\00\20\00\49\00\4e\00\46\00\4f\00\20\00\61\00\63\00\63\00\65\00\73\00\73\00\3a\00\20\00\6f\00\6b\00\0a\00")
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

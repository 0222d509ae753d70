;; A section that is no JSON.
(module
  (@custom "tusk:functions" "no JSON at all")
  (@custom "tusk:encoding" "utf16")
  (memory (export "memory") 1)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
  (func (export "call") (param i32 i32 i32 i32) (result i32)
    
    i32.const 16))

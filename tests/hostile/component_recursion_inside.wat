;; An inner module that calls itself without an end.
(component
  (import "tusk:fujsen/types@0.1.0" (instance $types
    (type $v (variant (case "null") (case "boolean" bool) (case "integer" s64) (case "real" f64)
      (case "text" string) (case "bytes" (list u8)) (case "json" string)))
    (export "value" (type $value (eq $v)))
    (type $e (record (field "status" u16) (field "code" string) (field "message" string)))
    (export "error" (type $error (eq $e)))
    (type $r (record (field "status" u16) (field "headers" (list (tuple string string))) (field "body" $value)))
    (export "reply" (type $reply (eq $r)))))
  (alias export $types "value" (type $value))
  (alias export $types "error" (type $error))
  (alias export $types "reply" (type $reply))
  (@custom "tusk:functions" "{\"name\":\"f\",\"params\":[],\"result\":\"i64\"}\n")
  (core module $m (func $r (export "run") (call $r)))
  (core instance $i0 (instantiate $m))
  (core module $main
    (import "m0" "run" (func $run0))
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 60000)
    
    (func (export "call") (param i32 i32 i32 i32) (result i32)
      (call $run0)
      i32.const 16))
  (core instance $main (instantiate $main (with "m0" (instance $i0))))
  (func (export "call") (param "name" string) (param "arguments" (list $value))
    (result (result $reply (error $error)))
    (canon lift (core func $main "call") (memory (core memory $main "memory")) (realloc (core func $main "cabi_realloc")))))

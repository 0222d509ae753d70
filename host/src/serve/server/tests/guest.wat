;; A module that answers with its first argument, by hand, so that the server's tests need no compiler.
;; The first letter of the fujsen's name says what else it does. Strings are UTF-16.
(module
  (import "tusk:fujsen/time@0.1.0" "sleep" (func $sleep (param i32)))
  (memory (export "memory") 2)
  (global $top (mut i32) (i32.const 8192))

  ;; error: code and message; reply: two headers
  (data (i32.const 1024) "t\00a\00k\00e\00n\00")
  (data (i32.const 2048) "\80\08\00\00\03\00\00\00\90\08\00\00\01\00\00\00")
  (data (i32.const 2064) "\a0\08\00\00\0e\00\00\00\c0\08\00\00\01\00\00\00")
  (data (i32.const 2176) "x\00-\00a\00")
  (data (i32.const 2192) "b\00")
  (data (i32.const 2208) "c\00o\00n\00t\00e\00n\00t\00-\00l\00e\00n\00g\00t\00h\00")
  (data (i32.const 2240) "3\00")

  ;; Never frees: an instance serves one call.
  (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
    (global.set $top (i32.add (local.get $start) (local.get $new)))
    (block $enough
      (br_if $enough (i32.le_u (global.get $top) (i32.mul (memory.size) (i32.const 65536))))
      (drop (memory.grow (i32.add (i32.div_u (local.get $new) (i32.const 65536)) (i32.const 1)))))
    (memory.copy (local.get $start) (local.get $old) (local.get $size))
    (local.get $start))

  ;; The result stands at 64: ok or error, at 72 the reply (status, headers, and at 88 the body) or the error.
  (func (export "call") (param $name i32) (param $length i32) (param $arguments i32) (param $count i32) (result i32)
    (local $letter i32)
    (local.set $letter (i32.load8_u (local.get $name)))
    (if (i32.eq (local.get $letter) (i32.const 108)) ;; loop
      (then (loop $forever (br $forever))))
    (if (i32.eq (local.get $letter) (i32.const 116)) ;; trap
      (then (unreachable)))
    (if (i32.eq (local.get $letter) (i32.const 115)) ;; sleep
      (then (call $sleep (i32.wrap_i64 (i64.load offset=8 (local.get $arguments))))))
    (if (i32.eq (local.get $letter) (i32.const 102)) ;; fail
      (then
        (i32.store8 (i32.const 64) (i32.const 1))
        (i32.store16 (i32.const 72) (i32.const 409))
        (i32.store (i32.const 76) (i32.const 1024))
        (i32.store (i32.const 80) (i32.const 5))
        (i32.store (i32.const 84) (i32.const 1024))
        (i32.store (i32.const 88) (i32.const 5))
        (return (i32.const 64))))
    (if (i32.eq (local.get $letter) (i32.const 104)) ;; headers
      (then
        (i32.store (i32.const 76) (i32.const 2048))
        (i32.store (i32.const 80) (i32.const 2))))
    (if (local.get $count)
      (then (memory.copy (i32.const 88) (local.get $arguments) (i32.const 16))))
    (i32.const 64))
)

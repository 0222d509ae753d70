;; The guest of the simulation, by hand. The first letter of the fujsen's name says what it does. Strings are UTF-16.
(module
  (import "tusk:fujsen/time@0.1.0" "sleep" (func $sleep (param i32)))
  (import "tusk:fujsen/time@0.1.0" "now" (func $now (result i64)))
  (import "tusk:fujsen/time@0.1.0" "format" (func $format (param i64 i32 i32 i32)))
  (import "tusk:fujsen/config@0.1.0" "get" (func $get (param i32 i32 i32)))
  (import "tusk:fujsen/fujsen@0.1.0" "call" (func $sibling (param i32 i32 i32 i32 i32)))
  (import "tusk:fujsen/state@0.1.0" "increment" (func $increment (param i32 i32 i64 i32 i64 i32)))
  (import "tusk:fujsen/state@0.1.0" "compare-and-set"
    (func $set_if (param i32 i32 i32 i64 i32 i32 i64 i32 i32 i64 i32)))
  (memory (export "memory") 2)
  (global $top (mut i32) (i32.const 8192))

  (data (i32.const 1024) "v\00e\00r\00s\00i\00o\00n\00")                                  ;; 7
  (data (i32.const 1056) "a\00.\00v\00e\00r\00s\00i\00o\00n\00")                          ;; 9
  (data (i32.const 1088) "m\00i\00x\00e\00d\00 \00v\00e\00r\00s\00i\00o\00n\00s\00")      ;; 14
  (data (i32.const 1120) "o\00v\00e\00r\00l\00a\00p\00s\00")                              ;; 8
  (data (i32.const 1152) "b\00u\00s\00y\00")                                              ;; 4
  (data (i32.const 1184) "s\00l\00o\00t\00 \00%\00H\00:\00%\00M\00:\00%\00S\00")          ;; 13
  (data (i32.const 1216) "s\00l\00o\00t\00 \00t\00w\00i\00c\00e\00")                      ;; 10

  ;; Never frees: an instance serves one call.
  (func (export "cabi_realloc") (param $old i32) (param $size i32) (param $align i32) (param $new i32) (result i32)
    (local $start i32)
    (local.set $start (i32.and (i32.add (global.get $top) (i32.const 7)) (i32.const -8)))
    (global.set $top (i32.add (local.get $start) (local.get $new)))
    (memory.copy (local.get $start) (local.get $old) (local.get $size))
    (local.get $start))

  ;; The version that the file of this call says.
  (func $version (result i64)
    (call $get (i32.const 1024) (i32.const 7) (i32.const 256))
    (i64.load (i32.const 272)))

  ;; The same, as another fujsen of the service says it.
  (func $version_of_sibling (result i64)
    (call $sibling (i32.const 1056) (i32.const 9) (i32.const 0) (i32.const 0) (i32.const 256))
    (if (i32.load8_u (i32.const 256)) (then (unreachable)))
    (i64.load (i32.const 272)))

  ;; The version, which is the same after some time; -1 when it is not.
  (func $one_version (param $ms i32) (result i64)
    (local $before i64)
    (local.set $before (call $version))
    (call $sleep (local.get $ms))
    (if (i64.ne (local.get $before) (call $version_of_sibling)) (then (return (i64.const -1))))
    (if (i64.ne (local.get $before) (call $version)) (then (return (i64.const -1))))
    (local.get $before))

  ;; Counts; traps when that fails.
  (func $count (param $key i32) (param $length i32) (result i64)
    (call $increment (local.get $key) (local.get $length) (i64.const 1) (i32.const 0) (i64.const 0) (i32.const 256))
    (if (i32.load8_u (i32.const 256)) (then (unreachable)))
    (i64.load (i32.const 264)))

  ;; Sets a key that has no value to 1: 1 when it had none, 0 when it had one, 2 when nobody knows.
  (func $first (param $key i32) (param $length i32) (param $lives i32) (param $lifetime i64) (result i32)
    (call $set_if (local.get $key) (local.get $length)
      (i32.const 0) (i64.const 0) (i32.const 0)
      (i32.const 2) (i64.const 1) (i32.const 0)
      (local.get $lives) (local.get $lifetime) (i32.const 256))
    (if (i32.load8_u (i32.const 256)) (then (return (i32.const 2))))
    (i32.load8_u (i32.const 260)))

  ;; An event: counts what begins, fails so often, takes its time, has its effect once by its inbox, and counts what is done.
  (func $effect (param $arguments i32)
    (local $begun i64)
    (local.set $begun
      (call $count (i32.load offset=8 (local.get $arguments)) (i32.load offset=12 (local.get $arguments))))
    (if (i64.le_s (local.get $begun) (i64.load offset=72 (local.get $arguments))) (then (unreachable)))
    (if (i64.lt_s (call $one_version (i32.wrap_i64 (i64.load offset=56 (local.get $arguments)))) (i64.const 0))
      (then (drop (call $count (i32.const 1088) (i32.const 14)))))
    (if (i32.eq (i32.const 2)
        (call $first
          (i32.load offset=40 (local.get $arguments)) (i32.load offset=44 (local.get $arguments))
          (i32.const 0) (i64.const 0)))
      (then (unreachable)))
    (drop (call $count (i32.load offset=24 (local.get $arguments)) (i32.load offset=28 (local.get $arguments)))))

  ;; A slot of every 20 seconds: notes that it was run, and by whom it was run when it had been.
  (func $slot
    (local $slot i64) (local $key i32) (local $length i32) (local $unknown i32) (local $tries i32) (local $first i32)
    (local.set $slot (call $now))
    (local.set $slot (i64.sub (local.get $slot) (i64.rem_u (local.get $slot) (i64.const 20000))))
    (call $format (local.get $slot) (i32.const 1184) (i32.const 13) (i32.const 256))
    (local.set $key (i32.load (i32.const 260)))
    (local.set $length (i32.load (i32.const 264)))
    (loop $again
      (local.set $first (call $first (local.get $key) (local.get $length) (i32.const 0) (i64.const 0)))
      (local.set $tries (i32.add (local.get $tries) (i32.const 1)))
      (if (i32.and (i32.eq (local.get $first) (i32.const 2)) (i32.lt_u (local.get $tries) (i32.const 30)))
        (then
          (local.set $unknown (i32.const 1))
          (call $sleep (i32.const 10))
          (br $again))))
    (if (i32.and (i32.eqz (local.get $first)) (i32.eqz (local.get $unknown)))
      (then (drop (call $count (i32.const 1216) (i32.const 10)))))
    (if (i64.lt_s (call $one_version (i32.const 100)) (i64.const 0))
      (then (drop (call $count (i32.const 1088) (i32.const 14))))))

  ;; A run of 5 seconds that must be alone.
  (func $long
    (if (i32.eqz (call $first (i32.const 1152) (i32.const 4) (i32.const 1) (i64.const 4900)))
      (then (drop (call $count (i32.const 1120) (i32.const 8)))))
    (call $sleep (i32.const 5000)))

  ;; The result stands at 64: ok, at 72 the reply, at 88 its body.
  (func (export "call") (param $name i32) (param $length i32) (param $arguments i32) (param $count i32) (result i32)
    (local $letter i32)
    (local.set $letter (i32.load8_u (local.get $name)))
    (if (i32.eq (local.get $letter) (i32.const 118)) ;; version
      (then
        (i32.store8 (i32.const 88) (i32.const 2))
        (i64.store (i32.const 96) (call $version))))
    (if (i32.eq (local.get $letter) (i32.const 114)) ;; request
      (then
        (i64.store (i32.const 96) (call $one_version (i32.wrap_i64 (i64.load offset=8 (local.get $arguments)))))
        (i32.store8 (i32.const 88) (i32.const 2))))
    (if (i32.eq (local.get $letter) (i32.const 101)) (then (call $effect (local.get $arguments)))) ;; effect
    (if (i32.eq (local.get $letter) (i32.const 115)) (then (call $slot))) ;; slot
    (if (i32.eq (local.get $letter) (i32.const 108)) (then (call $long))) ;; long
    (i32.const 64))
)

;; The smallest module that keeps abi.md: what shim/instance.mjs does with requests that meet, without the server.
;;   /wait    has nothing of its own to do until another request asks for its turn
;;   /is_waiting  whether it does: "ok" or "no"
;;   /release asks for the turn of the one that waits, and is answered
;;   /trap    ends the instance
;;   /linger  is answered, and goes on without its client
;;   /ended   whether that was ended: "ok" or "no"
(module
  (import "host" "respond" (func $respond (param i32 i32 i32)))
  (import "host" "done" (func $done (param i32)))
  (import "host" "want_turn" (func $want_turn (param i32)))
  (memory (export "memory") 1)
  (global $waiting (mut i32) (i32.const 0))
  (global $ended (mut i32) (i32.const 0))
  ;; Two responses of 26 bytes: status 200, no stream, no header fields, "ok" or "no".
  (data (i32.const 0) "\00\00\00\00\00\00\69\40" "\00\00\00\00\00\00\00\00" "\00\00\00\00" "\02\00\00\00ok")
  (data (i32.const 32) "\00\00\00\00\00\00\69\40" "\00\00\00\00\00\00\00\00" "\00\00\00\00" "\02\00\00\00no")

  (func $say (param $request i32) (param $response i32)
    (call $respond (local.get $request) (local.get $response) (i32.const 26)))
  (func $answer (param $request i32)
    (call $say (local.get $request) (i32.const 0))
    (call $done (local.get $request)))

  (func (export "begin") (param $request i32) (param $record i32) (param $size i32)
    (local $letter i32)
    ;; The first letter of the path: behind the head's size, the line "GET", and the slash.
    (local.set $letter (i32.load8_u offset=9 (local.get $record)))
    (if (i32.eq (local.get $letter) (i32.const 116)) (then (unreachable)))
    (if (i32.eq (local.get $letter) (i32.const 119))
      (then (global.set $waiting (local.get $request)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 114)) (then (call $want_turn (global.get $waiting))))
    (if (i32.eq (local.get $letter) (i32.const 108))
      (then (call $say (local.get $request) (i32.const 0)) (return)))
    (if (i32.or
          (i32.and (i32.eq (local.get $letter) (i32.const 101)) (i32.eqz (global.get $ended)))
          (i32.and (i32.eq (local.get $letter) (i32.const 105)) (i32.eqz (global.get $waiting))))
      (then (call $say (local.get $request) (i32.const 32)) (call $done (local.get $request)) (return)))
    (call $answer (local.get $request)))
  (func (export "wake") (param $request i32)
    (global.set $waiting (i32.const 0))
    (call $answer (local.get $request)))
  (func (export "cancel") (param $request i32) (global.set $ended (i32.const 1)) (call $done (local.get $request)))

  (func (export "_initialize"))
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "settle") (param i32 i32 i32 i32 i32))
  (func (export "pull") (param i32))
  (func (export "abort") (param $request i32) (call $done (local.get $request))))

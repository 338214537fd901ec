;; The smallest module that keeps abi.md: what shim/instance.mjs does with requests that meet, without the server.
;;   /wait    has nothing of its own to do until another request asks for its turn
;;   /release asks for the turn of the one that waits, and is answered
;;   /trap    ends the instance
(module
  (import "host" "respond" (func $respond (param i32 i32 i32)))
  (import "host" "done" (func $done (param i32)))
  (import "host" "want_turn" (func $want_turn (param i32)))
  (memory (export "memory") 1)
  (global $waiting (mut i32) (i32.const 0))
  ;; A response: status 200, no stream, no header fields, "ok".
  (data (i32.const 0) "\00\00\00\00\00\00\69\40" "\00\00\00\00\00\00\00\00" "\00\00\00\00" "\02\00\00\00ok")

  (func $answer (param $request i32)
    (call $respond (local.get $request) (i32.const 0) (i32.const 26))
    (call $done (local.get $request)))

  (func (export "begin") (param $request i32) (param $record i32) (param $size i32)
    (local $letter i32)
    ;; The first letter of the path: behind the method ("GET" and its size), the target's size and its slash.
    (local.set $letter (i32.load8_u offset=12 (local.get $record)))
    (if (i32.eq (local.get $letter) (i32.const 116)) (then (unreachable)))
    (if (i32.eq (local.get $letter) (i32.const 119))
      (then (global.set $waiting (local.get $request)) (return)))
    (if (i32.eq (local.get $letter) (i32.const 114)) (then (call $want_turn (global.get $waiting))))
    (call $answer (local.get $request)))
  (func (export "wake") (param $request i32) (call $answer (local.get $request)))

  (func (export "_initialize"))
  (func (export "allocate") (param i32) (result i32) (i32.const 1024))
  (func (export "configure") (param i32 i32) (result i32) (i32.const 1))
  (func (export "settle") (param i32 i32 i32 i32 i32))
  (func (export "pull") (param i32))
  (func (export "abort") (param $request i32) (call $done (local.get $request))))

;; wasi-hello: a command that prints one line.
(component $guest
  (import "wasi:io/error@0.2.0" (instance $io-error
    (export "error" (type (sub resource)))))
  (alias export $io-error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer $guest $error (type $used-error))
    (export "error" (type $its-error (eq $used-error)))
    (type $the-stream-error (variant (case "last-operation-failed" (own $its-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $the-stream-error)))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output-stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:cli/stdout@0.2.0" (instance $stdout
    (alias outer $guest $output-stream (type $used-stream))
    (export "output-stream" (type $its-stream (eq $used-stream)))
    (export "get-stdout" (func (result (own $its-stream))))))

  ;; The memory is a module of its own: imported functions need it before there is a caller.
  (core module $memory (memory (export "memory") 1))
  (core instance $memory (instantiate $memory))
  (core func $get-stdout (canon lower (func $stdout "get-stdout")))
  (core func $write (canon lower (func $streams "[method]output-stream.blocking-write-and-flush")
    (memory (core memory $memory "memory"))))
  (core func $drop-stream (canon resource.drop $output-stream))

  (core module $hello
    (import "memory" "memory" (memory 1))
    (import "wasi" "get-stdout" (func $get-stdout (result i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32 i32)))
    (import "wasi" "drop-stream" (func $drop-stream (param i32)))
    (data (i32.const 64) "hello, world\0a")
    ;; result<_, stream-error>, whose case is what `run` returns as well: 0 case, 4 and 8 the error
    (func (export "run") (result i32) (local $stream i32)
      (local.set $stream (call $get-stdout))
      (call $write (local.get $stream) (i32.const 64) (i32.const 13) (i32.const 16))
      (call $drop-stream (local.get $stream))
      (i32.load8_u (i32.const 16))))
  (core instance $main (instantiate $hello
    (with "memory" (instance $memory))
    (with "wasi" (instance
      (export "get-stdout" (func $get-stdout))
      (export "write" (func $write))
      (export "drop-stream" (func $drop-stream))))))

  (func $run (result (result)) (canon lift (core func $main "run")))
  (instance $cli-run (export "run" (func $run)))
  (export "wasi:cli/run@0.2.0" (instance $cli-run)))

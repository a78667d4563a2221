  ;; wasi:io: errors, pollables, streams.
  (import "wasi:io/error@0.2.0" (instance $io-error
    (export "error" (type (sub resource)))))
  (alias export $io-error "error" (type $error))
  (core func $drop-error (canon resource.drop $error))
  (core instance $wasi:io/error@0.2.0
    (export "[resource-drop]error" (func $drop-error)))

  (import "wasi:io/poll@0.2.0" (instance $io-poll
    (export "pollable" (type $pollable (sub resource)))
    (export "[method]pollable.block" (func (param "self" (borrow $pollable))))))
  (alias export $io-poll "pollable" (type $pollable))
  (core func $drop-pollable (canon resource.drop $pollable))
  (core func $block (canon lower (func $io-poll "[method]pollable.block")))
  (core instance $wasi:io/poll@0.2.0
    (export "[method]pollable.block" (func $block))
    (export "[resource-drop]pollable" (func $drop-pollable)))

  (import "wasi:io/streams@0.2.0" (instance $io-streams
    (alias outer 1 $error (type $error'))
    (export "error" (type $error (eq $error')))
    (type $stream-error' (variant (case "last-operation-failed" (own $error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $stream-error')))
    (export "input-stream" (type $input-stream (sub resource)))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]input-stream.blocking-read" (func
      (param "self" (borrow $input-stream)) (param "len" u64)
      (result (result (list u8) (error $stream-error)))))
    (export "[method]output-stream.blocking-write-and-flush" (func
      (param "self" (borrow $output-stream)) (param "contents" (list u8))
      (result (result (error $stream-error)))))))
  (alias export $io-streams "input-stream" (type $input-stream))
  (alias export $io-streams "output-stream" (type $output-stream))
  (core func $drop-input-stream (canon resource.drop $input-stream))
  (core func $drop-output-stream (canon resource.drop $output-stream))
  (core func $blocking-read (canon lower
    (func $io-streams "[method]input-stream.blocking-read") (memory $memory) (realloc $realloc)))
  (core func $blocking-write (canon lower
    (func $io-streams "[method]output-stream.blocking-write-and-flush") (memory $memory)))
  (core instance $wasi:io/streams@0.2.0
    (export "[method]input-stream.blocking-read" (func $blocking-read))
    (export "[method]output-stream.blocking-write-and-flush" (func $blocking-write))
    (export "[resource-drop]input-stream" (func $drop-input-stream))
    (export "[resource-drop]output-stream" (func $drop-output-stream)))

;; wasi-files: reads, writes and opens files in the first folder that it is given, in pieces of 64 KiB; whatever goes
;; wrong traps. It reads `big`, makes `out` anew each time, and opens the files `0000` to `9999` in turn.
(component $guest
  (import "wasi:io/error@0.2.0" (instance $io-error
    (export "error" (type (sub resource)))))
  (alias export $io-error "error" (type $error))
  (import "wasi:io/streams@0.2.0" (instance $streams
    (alias outer $guest $error (type $used-error))
    (export "error" (type $its-error (eq $used-error)))
    (type $the-stream-error (variant (case "last-operation-failed" (own $its-error)) (case "closed")))
    (export "stream-error" (type $stream-error (eq $the-stream-error)))
    (export "input-stream" (type $input-stream (sub resource)))
    (export "output-stream" (type $output-stream (sub resource)))
    (export "[method]input-stream.blocking-read" (func
      (param "self" (borrow $input-stream)) (param "len" u64) (result (result (list u8) (error $stream-error)))))
    (export "[method]output-stream.check-write" (func
      (param "self" (borrow $output-stream)) (result (result u64 (error $stream-error)))))
    (export "[method]output-stream.write" (func
      (param "self" (borrow $output-stream)) (param "contents" (list u8)) (result (result (error $stream-error)))))
    (export "[method]output-stream.blocking-flush" (func
      (param "self" (borrow $output-stream)) (result (result (error $stream-error)))))))
  (alias export $streams "input-stream" (type $input-stream))
  (alias export $streams "output-stream" (type $output-stream))
  (import "wasi:filesystem/types@0.2.0" (instance $files
    (alias outer $guest $input-stream (type $used-input-stream))
    (export "input-stream" (type $its-input-stream (eq $used-input-stream)))
    (alias outer $guest $output-stream (type $used-output-stream))
    (export "output-stream" (type $its-output-stream (eq $used-output-stream)))
    (type $the-descriptor-flags (flags
      "read" "write" "file-integrity-sync" "data-integrity-sync" "requested-write-sync" "mutate-directory"))
    (export "descriptor-flags" (type $descriptor-flags (eq $the-descriptor-flags)))
    (type $the-path-flags (flags "symlink-follow"))
    (export "path-flags" (type $path-flags (eq $the-path-flags)))
    (type $the-open-flags (flags "create" "directory" "exclusive" "truncate"))
    (export "open-flags" (type $open-flags (eq $the-open-flags)))
    (type $the-error-code (enum "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
      "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io" "is-directory" "loop"
      "too-many-links" "message-size" "name-too-long" "no-device" "no-entry" "no-lock" "insufficient-memory"
      "insufficient-space" "not-directory" "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device"
      "overflow" "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
    (export "error-code" (type $error-code (eq $the-error-code)))
    (export "descriptor" (type $descriptor (sub resource)))
    (export "[method]descriptor.open-at" (func (param "self" (borrow $descriptor)) (param "path-flags" $path-flags)
      (param "path" string) (param "open-flags" $open-flags) (param "flags" $descriptor-flags)
      (result (result (own $descriptor) (error $error-code)))))
    (export "[method]descriptor.read" (func (param "self" (borrow $descriptor)) (param "length" u64)
      (param "offset" u64) (result (result (tuple (list u8) bool) (error $error-code)))))
    (export "[method]descriptor.write" (func (param "self" (borrow $descriptor)) (param "buffer" (list u8))
      (param "offset" u64) (result (result u64 (error $error-code)))))
    (export "[method]descriptor.read-via-stream" (func (param "self" (borrow $descriptor)) (param "offset" u64)
      (result (result (own $its-input-stream) (error $error-code)))))
    (export "[method]descriptor.write-via-stream" (func (param "self" (borrow $descriptor)) (param "offset" u64)
      (result (result (own $its-output-stream) (error $error-code)))))))
  (alias export $files "descriptor" (type $descriptor))
  (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
    (alias outer $guest $descriptor (type $used-descriptor))
    (export "descriptor" (type $its-descriptor (eq $used-descriptor)))
    (export "get-directories" (func (result (list (tuple (own $its-descriptor) string)))))))

  ;; Three pages: what has a fixed place, 64 KiB to write, and 64 KiB for what comes. `free` is set back by the caller.
  (core module $allocator
    (memory (export "memory") 3)
    (global $free (export "free") (mut i32) (i32.const 0x20000))
    (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32) (local $new i32)
      (local.set $new (i32.and
        (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
      (global.set $free (i32.add (local.get $new) (local.get $size)))
      (if (i32.gt_u (global.get $free) (i32.const 0x30000)) (then unreachable))
      (local.get $new)))
  (core instance $allocator (instantiate $allocator))
  (alias core export $allocator "memory" (core memory $memory))
  (alias core export $allocator "realloc" (core func $realloc))
  (core func $get-directories (canon lower
    (func $preopens "get-directories") (memory $memory) (realloc $realloc)))
  (core func $open-at (canon lower (func $files "[method]descriptor.open-at") (memory $memory)))
  (core func $read (canon lower (func $files "[method]descriptor.read") (memory $memory) (realloc $realloc)))
  (core func $write (canon lower (func $files "[method]descriptor.write") (memory $memory)))
  (core func $read-via-stream (canon lower (func $files "[method]descriptor.read-via-stream") (memory $memory)))
  (core func $write-via-stream (canon lower (func $files "[method]descriptor.write-via-stream") (memory $memory)))
  (core func $stream-read (canon lower
    (func $streams "[method]input-stream.blocking-read") (memory $memory) (realloc $realloc)))
  (core func $check-write (canon lower (func $streams "[method]output-stream.check-write") (memory $memory)))
  (core func $stream-write (canon lower (func $streams "[method]output-stream.write") (memory $memory)))
  (core func $flush (canon lower (func $streams "[method]output-stream.blocking-flush") (memory $memory)))
  (core func $drop-descriptor (canon resource.drop $descriptor))
  (core func $drop-input (canon resource.drop $input-stream))
  (core func $drop-output (canon resource.drop $output-stream))

  (core module $caller
    (import "allocator" "memory" (memory 3))
    (import "allocator" "free" (global $free (mut i32)))
    (import "wasi" "get-directories" (func $get-directories (param i32)))
    (import "wasi" "open-at" (func $open-at (param i32 i32 i32 i32 i32 i32 i32)))
    (import "wasi" "read" (func $read (param i32 i64 i64 i32)))
    (import "wasi" "write" (func $write (param i32 i32 i32 i64 i32)))
    (import "wasi" "read-via-stream" (func $read-via-stream (param i32 i64 i32)))
    (import "wasi" "write-via-stream" (func $write-via-stream (param i32 i64 i32)))
    (import "wasi" "stream-read" (func $stream-read (param i32 i64 i32)))
    (import "wasi" "check-write" (func $check-write (param i32 i32)))
    (import "wasi" "stream-write" (func $stream-write (param i32 i32 i32 i32)))
    (import "wasi" "flush" (func $flush (param i32 i32)))
    (import "wasi" "drop-descriptor" (func $drop-descriptor (param i32)))
    (import "wasi" "drop-input" (func $drop-input (param i32)))
    (import "wasi" "drop-output" (func $drop-output (param i32)))
    (global $folder (mut i32) (i32.const 0))
    (global $next (mut i32) (i32.const 0))
    (data (i32.const 64) "big")
    (data (i32.const 80) "out")

    ;; Every result lies at 16: its case in the first byte, 0 for a good one; then the value, aligned.
    (func $good (if (i32.load8_u (i32.const 16)) (then unreachable)))

    ;; The flags are those of the canonical ABI: open-flags, then descriptor-flags.
    (func $open (param $path i32) (param $length i32) (param $how i32) (param $flags i32) (result i32)
      (if (i32.eqz (global.get $folder)) (then
        (call $get-directories (i32.const 16))
        (global.set $folder (i32.load (i32.load (i32.const 16))))))
      (call $open-at (global.get $folder) (i32.const 1) (local.get $path) (local.get $length)
        (local.get $how) (local.get $flags) (i32.const 16))
      (call $good)
      (i32.load (i32.const 20)))
    (func $big (result i32) (call $open (i32.const 64) (i32.const 3) (i32.const 0) (i32.const 1)))
    (func $out (result i32) (call $open (i32.const 80) (i32.const 3) (i32.const 9) (i32.const 2)))

    ;; result<tuple<list<u8>, bool>, error-code>: 20 address, 24 length
    (func (export "read") (param $times i32) (local $file i32) (local $at i64)
      (local.set $file (call $big))
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (global.set $free (i32.const 0x20000))
        (call $read (local.get $file) (i64.const 0x10000) (local.get $at) (i32.const 16))
        (call $good)
        (if (i32.ne (i32.load (i32.const 24)) (i32.const 0x10000)) (then unreachable))
        (local.set $at (i64.add (local.get $at) (i64.const 0x10000)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (call $drop-descriptor (local.get $file)))

    ;; result<u64, error-code>: 24 the number
    (func (export "write") (param $times i32) (local $file i32) (local $at i64)
      (local.set $file (call $out))
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $write (local.get $file) (i32.const 0x10000) (i32.const 0x10000) (local.get $at) (i32.const 16))
        (call $good)
        (if (i64.ne (i64.load (i32.const 24)) (i64.const 0x10000)) (then unreachable))
        (local.set $at (i64.add (local.get $at) (i64.const 0x10000)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (call $drop-descriptor (local.get $file)))

    ;; result<list<u8>, stream-error>: 20 address, 24 length; a stream may give less than it was asked for
    (func (export "read-stream") (param $times i32) (local $file i32) (local $stream i32) (local $left i32)
      (local.set $file (call $big))
      (call $read-via-stream (local.get $file) (i64.const 0) (i32.const 16))
      (call $good)
      (local.set $stream (i32.load (i32.const 20)))
      (local.set $left (i32.mul (local.get $times) (i32.const 0x10000)))
      (block $end (loop $again
        (br_if $end (i32.le_s (local.get $left) (i32.const 0)))
        (global.set $free (i32.const 0x20000))
        (call $stream-read (local.get $stream) (i64.const 0x10000) (i32.const 16))
        (call $good)
        (local.set $left (i32.sub (local.get $left) (i32.load (i32.const 24))))
        (br $again)))
      (call $drop-input (local.get $stream))
      (call $drop-descriptor (local.get $file)))

    ;; result<u64, stream-error>: 24 how much may be written; the others: result<_, stream-error>
    (func (export "write-stream") (param $times i32) (local $file i32) (local $stream i32)
      (local.set $file (call $out))
      (call $write-via-stream (local.get $file) (i64.const 0) (i32.const 16))
      (call $good)
      (local.set $stream (i32.load (i32.const 20)))
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $check-write (local.get $stream) (i32.const 16))
        (call $good)
        (if (i64.lt_u (i64.load (i32.const 24)) (i64.const 0x10000)) (then unreachable))
        (call $stream-write (local.get $stream) (i32.const 0x10000) (i32.const 0x10000) (i32.const 16))
        (call $good)
        (call $flush (local.get $stream) (i32.const 16))
        (call $good)
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))
      (call $drop-output (local.get $stream))
      (call $drop-descriptor (local.get $file)))

    ;; the name of the next file, four digits, lies at 96
    (func $digit (param $at i32) (param $unit i32)
      (i32.store8 (local.get $at) (i32.add (i32.const 48)
        (i32.rem_u (i32.div_u (global.get $next) (local.get $unit)) (i32.const 10)))))
    (func (export "open") (param $times i32)
      (block $end (loop $again
        (br_if $end (i32.eqz (local.get $times)))
        (call $digit (i32.const 96) (i32.const 1000))
        (call $digit (i32.const 97) (i32.const 100))
        (call $digit (i32.const 98) (i32.const 10))
        (call $digit (i32.const 99) (i32.const 1))
        (global.set $next (i32.rem_u (i32.add (global.get $next) (i32.const 1)) (i32.const 10000)))
        (call $drop-descriptor (call $open (i32.const 96) (i32.const 4) (i32.const 0) (i32.const 1)))
        (local.set $times (i32.sub (local.get $times) (i32.const 1)))
        (br $again)))))
  (core instance $main (instantiate $caller
    (with "allocator" (instance $allocator))
    (with "wasi" (instance
      (export "get-directories" (func $get-directories))
      (export "open-at" (func $open-at))
      (export "read" (func $read))
      (export "write" (func $write))
      (export "read-via-stream" (func $read-via-stream))
      (export "write-via-stream" (func $write-via-stream))
      (export "stream-read" (func $stream-read))
      (export "check-write" (func $check-write))
      (export "stream-write" (func $stream-write))
      (export "flush" (func $flush))
      (export "drop-descriptor" (func $drop-descriptor))
      (export "drop-input" (func $drop-input))
      (export "drop-output" (func $drop-output))))))

  (func (export "read") (param "times" u32) (canon lift (core func $main "read")))
  (func (export "write") (param "times" u32) (canon lift (core func $main "write")))
  (func (export "read-stream") (param "times" u32) (canon lift (core func $main "read-stream")))
  (func (export "write-stream") (param "times" u32) (canon lift (core func $main "write-stream")))
  (func (export "open") (param "times" u32) (canon lift (core func $main "open"))))

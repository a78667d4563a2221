  ;; wasi:cli: arguments and variables, the end, the standard streams, and whether they are terminals.
  (import "wasi:cli/environment@0.2.0" (instance $cli-environment
    (export "get-environment" (func (result (list (tuple string string)))))
    (export "get-arguments" (func (result (list string))))))
  (core func $get-environment (canon lower
    (func $cli-environment "get-environment") (memory $memory) (realloc $realloc)))
  (core func $get-arguments (canon lower
    (func $cli-environment "get-arguments") (memory $memory) (realloc $realloc)))
  (core instance $wasi:cli/environment@0.2.0
    (export "get-environment" (func $get-environment))
    (export "get-arguments" (func $get-arguments)))

  (import "wasi:cli/exit@0.2.0" (instance $cli-exit
    (export "exit-with-code" (func (param "status-code" u8)))))
  (core func $exit (canon lower (func $cli-exit "exit-with-code")))
  (core instance $wasi:cli/exit@0.2.0 (export "exit-with-code" (func $exit)))

  (import "wasi:cli/stdin@0.2.0" (instance $cli-stdin
    (alias outer 1 $input-stream (type $input-stream'))
    (export "input-stream" (type $input-stream (eq $input-stream')))
    (export "get-stdin" (func (result (own $input-stream))))))
  (core func $get-stdin (canon lower (func $cli-stdin "get-stdin")))
  (core instance $wasi:cli/stdin@0.2.0 (export "get-stdin" (func $get-stdin)))

  (import "wasi:cli/stdout@0.2.0" (instance $cli-stdout
    (alias outer 1 $output-stream (type $output-stream'))
    (export "output-stream" (type $output-stream (eq $output-stream')))
    (export "get-stdout" (func (result (own $output-stream))))))
  (core func $get-stdout (canon lower (func $cli-stdout "get-stdout")))
  (core instance $wasi:cli/stdout@0.2.0 (export "get-stdout" (func $get-stdout)))

  (import "wasi:cli/stderr@0.2.0" (instance $cli-stderr
    (alias outer 1 $output-stream (type $output-stream'))
    (export "output-stream" (type $output-stream (eq $output-stream')))
    (export "get-stderr" (func (result (own $output-stream))))))
  (core func $get-stderr (canon lower (func $cli-stderr "get-stderr")))
  (core instance $wasi:cli/stderr@0.2.0 (export "get-stderr" (func $get-stderr)))

  (import "wasi:cli/terminal-input@0.2.0" (instance $cli-terminal-input
    (export "terminal-input" (type (sub resource)))))
  (alias export $cli-terminal-input "terminal-input" (type $terminal-input))
  (core func $drop-terminal-input (canon resource.drop $terminal-input))
  (core instance $wasi:cli/terminal-input@0.2.0
    (export "[resource-drop]terminal-input" (func $drop-terminal-input)))

  (import "wasi:cli/terminal-output@0.2.0" (instance $cli-terminal-output
    (export "terminal-output" (type (sub resource)))))
  (alias export $cli-terminal-output "terminal-output" (type $terminal-output))
  (core func $drop-terminal-output (canon resource.drop $terminal-output))
  (core instance $wasi:cli/terminal-output@0.2.0
    (export "[resource-drop]terminal-output" (func $drop-terminal-output)))

  (import "wasi:cli/terminal-stdin@0.2.0" (instance $cli-terminal-stdin
    (alias outer 1 $terminal-input (type $terminal-input'))
    (export "terminal-input" (type $terminal-input (eq $terminal-input')))
    (export "get-terminal-stdin" (func (result (option (own $terminal-input)))))))
  (core func $get-terminal-stdin (canon lower (func $cli-terminal-stdin "get-terminal-stdin") (memory $memory)))
  (core instance $wasi:cli/terminal-stdin@0.2.0 (export "get-terminal-stdin" (func $get-terminal-stdin)))

  (import "wasi:cli/terminal-stdout@0.2.0" (instance $cli-terminal-stdout
    (alias outer 1 $terminal-output (type $terminal-output'))
    (export "terminal-output" (type $terminal-output (eq $terminal-output')))
    (export "get-terminal-stdout" (func (result (option (own $terminal-output)))))))
  (core func $get-terminal-stdout (canon lower (func $cli-terminal-stdout "get-terminal-stdout") (memory $memory)))
  (core instance $wasi:cli/terminal-stdout@0.2.0 (export "get-terminal-stdout" (func $get-terminal-stdout)))

  (import "wasi:cli/terminal-stderr@0.2.0" (instance $cli-terminal-stderr
    (alias outer 1 $terminal-output (type $terminal-output'))
    (export "terminal-output" (type $terminal-output (eq $terminal-output')))
    (export "get-terminal-stderr" (func (result (option (own $terminal-output)))))))
  (core func $get-terminal-stderr (canon lower (func $cli-terminal-stderr "get-terminal-stderr") (memory $memory)))
  (core instance $wasi:cli/terminal-stderr@0.2.0 (export "get-terminal-stderr" (func $get-terminal-stderr)))

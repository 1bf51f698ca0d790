(component
  (import "wasi:cli/exit@0.2.0" (instance (export "exit" (func (param "status" (result))))))
  (import "test:bench/host@0.1.0" (instance
    (export "tock" (func (param "n" u64) (result u64)))))
  (import "code" (core module))
  (import "test:bench/compute@0.1.0" (instance
    (export "join" (func (param "parts" string) (result string)))
    (export "add" (func (param "b" u32) (param "a" u32) (result u32)))))
  (import "isorun:kv/kw@0.1.0" (instance (export "get" (func)))))

//! A guest that works as long as it is told, and two interfaces for guests that call each other.

use isorun::Runtime;

use crate::guests;

/// `work` goes round a loop so many times and then counts the call; `count` gives the number of calls that came to their end.
pub fn worker() -> Vec<u8> {
    guests::parse(
        r#"(component
            (core module $code (global $n (mut i32) (i32.const 0))
                (func (export "work") (param i32) (result i32)
                    (loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                    (global.set $n (i32.add (global.get $n) (i32.const 1)))
                    (global.get $n))
                (func (export "count") (result i32) (global.get $n)))
            (core instance $code (instantiate $code))
            (func (export "work") (param "rounds" u32) (result u32) (canon lift (core func $code "work")))
            (func (export "count") (result u32) (canon lift (core func $code "count"))))"#,
    )
}

/// Registers the interfaces `one` and `two` of `acme:chain`, of which each has a function `f` from a number to one.
pub fn chained(runtime: &Runtime) {
    let wit = "package acme:chain; interface one { f: func(n: u32) -> u32; } interface two { f: func(n: u32) -> u32; }";
    runtime.register_wit(wit).expect("first of its name");
}

//! An app that works, grows, calls its two providers and traps as a seed tells it, so that a test knows what it should come to.

use crate::guests;

/// An app that exports `run: func(seed: u64, depth: u32) -> u64` at its root and imports the same function as `left` and `right`, as far as it
/// has them. See [`Script`] for what it does.
///
/// None of its basic blocks is longer than [`LONGEST_BLOCK`], but for a [`GROWTH`].
pub fn node(left: bool, right: bool) -> Vec<u8> {
    let ty = r#"(func (param "seed" u64) (param "depth" u32) (result u64))"#;
    let sides = || [("left", left), ("right", right)].into_iter().filter(|(_, there)| *there).map(|(name, _)| name);
    let imports: String = sides()
        .map(|name| {
            format!(
                r#"(import "{name}" {}) (core func $core-{name} (canon lower (func ${name})))"#,
                ty.replacen("(func", &format!("(func ${name}"), 1)
            )
        })
        .collect();
    let given: String = sides().map(|name| format!(r#"(export "{name}" (func $core-{name}))"#)).collect();
    let functions = [("left", left), ("right", right)].map(|(name, there)| {
        let ty = "(param i64 i32) (result i64)";
        match there {
            true => (format!(r#"(import "host" "{name}" (func ${name} {ty}))"#), String::new()),
            false => (String::new(), format!("(func ${name} {ty} (i64.const 0))")),
        }
    });
    let [(import_left, own_left), (import_right, own_right)] = functions;
    let call = |bit: u32, plus: u32, name: &str| {
        format!(
            "(if (i32.and (i32.ne (local.get $depth) (i32.const 0)) (i32.wrap_i64 (i64.and (i64.const 1) (i64.shr_u (local.get $s) (i64.const {bit})))))
                (then (local.set $sum (i64.add (local.get $sum)
                    (call ${name} (i64.add (local.get $s) (i64.const {plus})) (i32.sub (local.get $depth) (i32.const 1)))))))"
        )
    };
    guests::parse(&format!(
        r#"(component
            {imports}
            (core module $code
                {import_left} {import_right}
                (memory 1)
                {own_left} {own_right}
                (func (export "run") (param $seed i64) (param $depth i32) (result i64)
                    (local $s i64) (local $rounds i64) (local $i i64) (local $sum i64)
                    (local.set $s (i64.add (i64.mul (local.get $seed) (i64.const {MULTIPLY})) (i64.const {ADD})))
                    (local.set $rounds (i64.shl
                        (i64.and (i64.shr_u (local.get $s) (i64.const 40)) (i64.const 63))
                        (i64.and (i64.shr_u (local.get $s) (i64.const 50)) (i64.const 7))))
                    (block $done (loop $round
                        (br_if $done (i64.ge_u (local.get $i) (local.get $rounds)))
                        (local.set $sum (i64.add (i64.mul (local.get $sum) (i64.const 31)) (local.get $i)))
                        (local.set $i (i64.add (local.get $i) (i64.const 1)))
                        (br $round)))
                    (if (i64.eqz (i64.and (i64.shr_u (local.get $s) (i64.const 30)) (i64.const 7)))
                        (then (drop (memory.grow (i32.const 1)))))
                    {left}
                    (if (i64.eqz (i64.and (i64.shr_u (local.get $s) (i64.const 20)) (i64.const 63))) (then unreachable))
                    {right}
                    (local.get $sum)))
            (core instance $code (instantiate $code (with "host" (instance {given}))))
            (func (export "run") (param "seed" u64) (param "depth" u32) (result u64) (canon lift (core func $code "run"))))"#,
        left = call(60, 1, "left"),
        right = call(61, 2, "right"),
    ))
}

const MULTIPLY: u64 = 6_364_136_223_846_793_005;
const ADD: u64 = 1_442_695_040_888_963_407;

/// Units of fuel in the longest basic block of a [`node`], at most.
pub const LONGEST_BLOCK: u64 = 40;

/// Units of fuel that it costs to grow by a page, which comes to the block that does.
pub const GROWTH: u64 = 2 * 255;

/// What a seed tells a [`node`] to do, in this order.
#[derive(Clone, Copy, Debug)]
pub struct Script {
    /// Rounds of its loop, from none to some 8000, of some 20 units of fuel each.
    pub rounds: u64,
    /// Whether it then grows by a page, calls its left provider with this seed, traps, and calls its right one.
    pub grows: bool,
    /// See above.
    pub left: Option<u64>,
    /// See above.
    pub traps: bool,
    /// See above.
    pub right: Option<u64>,
}

impl Script {
    /// What a node does with these arguments.
    pub fn of(seed: u64, depth: u32) -> Script {
        let s = seed.wrapping_mul(MULTIPLY).wrapping_add(ADD);
        let goes = |bit: u32| depth > 0 && s >> bit & 1 == 1;
        Script {
            rounds: (s >> 40 & 63) << (s >> 50 & 7),
            grows: s >> 30 & 7 == 0,
            left: goes(60).then(|| s.wrapping_add(1)),
            traps: s >> 20 & 63 == 0,
            right: goes(61).then(|| s.wrapping_add(2)),
        }
    }

    /// What the loop comes to.
    pub fn worked(&self) -> u64 {
        (0..self.rounds).fold(0, |sum: u64, i| sum.wrapping_mul(31).wrapping_add(i))
    }
}

//! The far end of benchmarks: `test:bench/compute`, done as plainly as possible.

use exports::test::bench::compute::{Guest, Point};

wit_bindgen::generate!({
    path: ["../wit/bench", "wit"],
    world: "app:calc/calc",
    generate_all,
});

struct Calc;

export!(Calc);

impl Guest for Calc {
    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn echo(data: Vec<u8>) -> Vec<u8> {
        data
    }

    fn sum_points(points: Vec<Point>) -> u64 {
        points
            .iter()
            .map(|point| u64::from(point.x) + u64::from(point.y))
            .fold(0, u64::wrapping_add)
    }

    fn join(parts: Vec<String>) -> String {
        parts.concat()
    }
}

//! The near end of benchmarks: it passes on what it is asked, so that a call of it crosses two guests, or a guest and
//! the host.

use exports::test::bench::relay::{Guest, Point};
use test::bench::{compute, host};

wit_bindgen::generate!({
    path: ["../wit/bench", "wit"],
    world: "app:relay/relay",
    generate_all,
});

struct Relay;

export!(Relay);

impl Guest for Relay {
    fn add(a: u32, b: u32) -> u32 {
        compute::add(a, b)
    }

    fn echo(data: Vec<u8>) -> Vec<u8> {
        compute::echo(&data)
    }

    fn sum_points(points: Vec<Point>) -> u64 {
        compute::sum_points(&points)
    }

    fn join(parts: Vec<String>) -> String {
        compute::join(&parts)
    }

    fn tick_many(times: u32) -> u64 {
        (0..times).fold(0, |n, _| host::tick(n))
    }
}

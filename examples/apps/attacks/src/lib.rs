//! An app that takes as much of its host as ordinary code can. Tests use it to see that nobody else notices.

use core::hint::black_box;

use exports::test::attacks::attacks::Guest;
use test::attacks::sink;

wit_bindgen::generate!({
    path: "wit",
    world: "app",
});

struct Attacks;

export!(Attacks);

impl Guest for Attacks {
    fn hoard(count: u32) -> Vec<String> {
        (0..count).map(|_| String::from("x")).collect()
    }

    fn lists(count: u32, bytes: u32) -> Vec<Vec<u8>> {
        (0..count).map(|n| vec![n as u8; bytes as usize]).collect()
    }

    fn chase(bytes: u32) {
        let places = bytes as usize / size_of::<u32>();
        // An odd step of more than a page through a power of two comes by every place, and guesses of the processor do not help.
        let places = if places.is_power_of_two() { places } else { places.next_power_of_two() / 2 };
        let mut next: Vec<u32> = vec![0; places];
        let (mut at, mut step) = (0, 0x9e37_79b1_usize);
        for _ in 0..places {
            let to = (at + step) & (places - 1);
            next[at] = to as u32;
            (at, step) = (to, step.wrapping_mul(5) | 1);
        }
        let mut at = 0;
        loop {
            at = black_box(next[at as usize]).wrapping_mul(0x9e37_79b1) & (places as u32 - 1);
        }
    }

    fn churn() {
        let mut kept: Vec<Vec<u8>> = Vec::new();
        for round in 0_usize.. {
            let block = vec![1; 1 + round.wrapping_mul(0x9e37_79b1) % 50_000];
            if !round.is_multiple_of(3) {
                kept.push(block);
            }
        }
    }

    fn pass_text(bytes: u32) {
        let text = "x".repeat(bytes as usize);
        loop {
            sink::text(&text);
        }
    }

    fn pass_texts(count: u32) {
        let texts = vec![String::new(); count as usize];
        loop {
            sink::texts(&texts);
        }
    }

    fn pass_octets(bytes: u32) {
        let octets = vec![7; bytes as usize];
        loop {
            sink::octets(&octets);
        }
    }

    fn take_replies(bytes: u32) {
        loop {
            black_box(sink::reply(bytes));
        }
    }

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }
}

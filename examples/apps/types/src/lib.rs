//! Takes values of every type that WIT has and gives them back, for tests that values arrive as they were sent.

use exports::test::types::types::{
    Colour, Drawing, Few, Figure, Guest as Types, Many, Pairs, Place, Several,
};
use test::types::shapes::Point;

wit_bindgen::generate!({
    path: ["../wit/types", "wit"],
    world: "app:types/types",
    generate_all,
});

struct App;

export!(App);

/// Functions that return what they were given.
macro_rules! echo {
    ($($name:ident: $type:ty;)*) => {
        $(fn $name(value: $type) -> $type {
            value
        })*
    };
}

impl Types for App {
    echo! {
        echo_bool: bool;
        echo_u8: u8;
        echo_u16: u16;
        echo_u32: u32;
        echo_u64: u64;
        echo_s8: i8;
        echo_s16: i16;
        echo_s32: i32;
        echo_s64: i64;
        echo_f32: f32;
        echo_f64: f64;
        echo_char: char;
        echo_string: String;

        echo_bytes: Vec<u8>;
        echo_bools: Vec<bool>;
        echo_chars: Vec<char>;
        echo_doubles: Vec<f64>;
        echo_strings: Vec<String>;
        echo_nested: Vec<Vec<u16>>;

        echo_tuple: (u8, u64, u16, String);
        echo_point: Point;
        echo_points: Vec<Point>;
        echo_record: Drawing;
        echo_records: Vec<Drawing>;

        echo_variant: Figure;
        echo_variants: Vec<Figure>;
        echo_enum: Colour;
        echo_enums: Vec<Colour>;
        echo_few: Few;
        echo_several: Several;
        echo_many: Many;
        echo_flags_list: Vec<Few>;

        echo_option: Option<String>;
        echo_option_option: Option<Option<u32>>;
        echo_options: Vec<Option<u64>>;
        echo_result: Result<u32, String>;
        echo_result_ok: Result<u32, ()>;
        echo_result_err: Result<(), String>;
        echo_result_unit: Result<(), ()>;
        echo_results: Vec<Result<Point, Figure>>;

        echo_alias: Place;
        echo_pairs: Pairs;
    }

    fn nothing() {}

    fn answer() -> u32 {
        42
    }

    fn swallow(_: String) {}

    fn twenty(
        p1: u8,
        p2: u16,
        p3: u32,
        p4: u64,
        p5: u8,
        p6: u16,
        p7: u32,
        p8: u64,
        p9: u8,
        p10: u16,
        p11: u32,
        p12: u64,
        p13: u8,
        p14: u16,
        p15: u32,
        p16: u64,
        p17: u8,
        p18: u16,
        p19: u32,
        p20: u64,
    ) -> u64 {
        let bytes = [p1, p5, p9, p13, p17].map(u64::from);
        let shorts = [p2, p6, p10, p14, p18].map(u64::from);
        let words = [p3, p7, p11, p15, p19].map(u64::from);
        let longs = [p4, p8, p12, p16, p20];
        let mut sum = 0u64;
        for round in 0..5 {
            for (column, numbers) in [bytes, shorts, words, longs].iter().enumerate() {
                let position = (round * 4 + column + 1) as u64;
                sum = sum.wrapping_add(numbers[round].wrapping_mul(position));
            }
        }
        sum
    }

    fn mixed(
        name: String,
        number: i64,
        place: Option<Point>,
        colour: Colour,
    ) -> (String, i64, Option<Point>, Colour) {
        (name, number, place, colour)
    }
}

impl Guest for App {
    fn main(n: u32) -> String {
        format!("the number is {n}")
    }
}

//! Passes values of every type that WIT has on to another app and back, for tests that they survive two guests.

use test::types::shapes::Point;
use test::types::types;
use test::types::types::{Colour, Drawing, Few, Figure, Many, Pairs, Place, Several};

wit_bindgen::generate!({
    path: ["../wit/types", "wit"],
    world: "app:types-relay/types-relay",
    generate_all,
    // What is imported and what is exported are the same types then, so values need no conversion.
    merge_structurally_equal_types: true,
});

struct Relay;

export!(Relay);

/// Functions that have another do their work. Imported functions borrow what has a length, hence the two forms.
macro_rules! forward {
    ($($name:ident: $type:ty;)*) => {
        $(fn $name(value: $type) -> $type {
            types::$name(value)
        })*
    };
    (borrowed: $($name:ident: $type:ty;)*) => {
        $(fn $name(value: $type) -> $type {
            types::$name(&value)
        })*
    };
}

impl exports::test::types::types::Guest for Relay {
    forward! {
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
        echo_point: Point;
        echo_alias: Place;
        echo_enum: Colour;
        echo_few: Few;
        echo_several: Several;
        echo_many: Many;
        echo_option_option: Option<Option<u32>>;
        echo_result_ok: Result<u32, ()>;
        echo_result_unit: Result<(), ()>;
    }

    forward! {
        borrowed:
        echo_string: String;
        echo_bytes: Vec<u8>;
        echo_bools: Vec<bool>;
        echo_chars: Vec<char>;
        echo_doubles: Vec<f64>;
        echo_strings: Vec<String>;
        echo_nested: Vec<Vec<u16>>;
        echo_points: Vec<Point>;
        echo_record: Drawing;
        echo_records: Vec<Drawing>;
        echo_variant: Figure;
        echo_variants: Vec<Figure>;
        echo_enums: Vec<Colour>;
        echo_flags_list: Vec<Few>;
        echo_options: Vec<Option<u64>>;
        echo_results: Vec<Result<Point, Figure>>;
        echo_pairs: Pairs;
    }

    fn echo_tuple(value: (u8, u64, u16, String)) -> (u8, u64, u16, String) {
        let (a, b, c, d) = value;
        types::echo_tuple((a, b, c, &d))
    }

    fn echo_option(value: Option<String>) -> Option<String> {
        types::echo_option(value.as_deref())
    }

    fn echo_result(value: Result<u32, String>) -> Result<u32, String> {
        types::echo_result(as_deref_err(&value))
    }

    fn echo_result_err(value: Result<(), String>) -> Result<(), String> {
        types::echo_result_err(as_deref_err(&value))
    }

    fn nothing() {
        types::nothing();
    }

    fn answer() -> u32 {
        types::answer()
    }

    fn swallow(value: String) {
        types::swallow(&value);
    }

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
        types::twenty(
            p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19,
            p20,
        )
    }

    fn mixed(
        name: String,
        number: i64,
        place: Option<Point>,
        colour: Colour,
    ) -> (String, i64, Option<Point>, Colour) {
        types::mixed(&name, number, place, colour)
    }
}

fn as_deref_err<T: Copy>(value: &Result<T, String>) -> Result<T, &str> {
    match value {
        Ok(value) => Ok(*value),
        Err(error) => Err(error),
    }
}

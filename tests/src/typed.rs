//! Functions of `test:types/types`, called by name with values of the types that a compiler has made for the host.

use isorun::image::{Image, decode, decode_params, encode};
use isorun::{Budget, Cx};

use crate::types::{Colour, Drawing, Few, Figure, Many, Point, Several, Types};

/// Calls a function with the parameters that `body` is the image of, as values of the types made for it. Gives the result's image.
///
/// # Panics
///
/// If the call fails, or there is no such function.
pub async fn call(caller: &impl Types, function: &str, body: &[u8]) -> Image {
    let cx = Cx::root(Budget::default());
    macro_rules! by_name {
        ($($name:literal $method:ident($value:ident: $ty:ty) => $($argument:expr),+;)*) => {
            match function {
                $($name => {
                    let $value = decode::<$ty>(body).unwrap();
                    encode(&caller.$method(&cx, $($argument),+).await.unwrap())
                })*
                "nothing" => encode(&caller.nothing(&cx).await.unwrap()),
                "answer" => encode(&caller.answer(&cx).await.unwrap()),
                "twenty" => {
                    let (p1, (p2, (p3, (p4, (p5, (p6, (p7, (p8, (p9, (p10, rest)))))))))) = decode_params(body).unwrap();
                    let (p11, (p12, (p13, (p14, (p15, (p16, (p17, (p18, (p19, (p20, ())))))))))) = rest;
                    let called = caller.twenty(
                        &cx, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10, p11, p12, p13, p14, p15, p16, p17, p18, p19, p20,
                    );
                    encode(&called.await.unwrap())
                }
                other => panic!("`{other}` is not in the list"),
            }
        };
    }
    let image = by_name! {
        "echo-bool" echo_bool(value: bool) => value;
        "echo-u8" echo_u8(value: u8) => value;
        "echo-u16" echo_u16(value: u16) => value;
        "echo-u32" echo_u32(value: u32) => value;
        "echo-u64" echo_u64(value: u64) => value;
        "echo-s8" echo_s8(value: i8) => value;
        "echo-s16" echo_s16(value: i16) => value;
        "echo-s32" echo_s32(value: i32) => value;
        "echo-s64" echo_s64(value: i64) => value;
        "echo-f32" echo_f32(value: f32) => value;
        "echo-f64" echo_f64(value: f64) => value;
        "echo-char" echo_char(value: char) => value;
        "echo-string" echo_string(value: String) => &value;
        "echo-bytes" echo_bytes(value: Vec<u8>) => &value;
        "echo-bools" echo_bools(value: Vec<bool>) => &value;
        "echo-chars" echo_chars(value: Vec<char>) => &value;
        "echo-doubles" echo_doubles(value: Vec<f64>) => &value;
        "echo-strings" echo_strings(value: Vec<String>) => &value;
        "echo-nested" echo_nested(value: Vec<Vec<u16>>) => &value;
        "echo-tuple" echo_tuple(value: (u8, u64, u16, String)) => &value;
        "echo-point" echo_point(value: Point) => &value;
        "echo-points" echo_points(value: Vec<Point>) => &value;
        "echo-record" echo_record(value: Drawing) => &value;
        "echo-records" echo_records(value: Vec<Drawing>) => &value;
        "echo-variant" echo_variant(value: Figure) => &value;
        "echo-variants" echo_variants(value: Vec<Figure>) => &value;
        "echo-enum" echo_enum(value: Colour) => value;
        "echo-enums" echo_enums(value: Vec<Colour>) => &value;
        "echo-few" echo_few(value: Few) => value;
        "echo-several" echo_several(value: Several) => value;
        "echo-many" echo_many(value: Many) => value;
        "echo-flags-list" echo_flags_list(value: Vec<Few>) => &value;
        "echo-option" echo_option(value: Option<String>) => value.as_deref();
        "echo-option-option" echo_option_option(value: Option<Option<u32>>) => value.as_ref();
        "echo-options" echo_options(value: Vec<Option<u64>>) => &value;
        "echo-result" echo_result(value: Result<u32, String>) => &value;
        "echo-result-ok" echo_result_ok(value: Result<u32, ()>) => &value;
        "echo-result-err" echo_result_err(value: Result<(), String>) => &value;
        "echo-result-unit" echo_result_unit(value: Result<(), ()>) => &value;
        "echo-results" echo_results(value: Vec<Result<Point, Figure>>) => &value;
        "echo-alias" echo_alias(value: Point) => &value;
        "echo-pairs" echo_pairs(value: Vec<(String, u32)>) => &value;
        "swallow" swallow(value: String) => &value;
        "mixed" mixed(value: (String, i64, Option<Point>, Colour)) => &value.0, value.1, value.2.as_ref(), value.3;
    };
    image.unwrap_or_else(|error| panic!("{function}: {error}"))
}

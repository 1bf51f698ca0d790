//! A system that returns what it is given, of every type.

use isorun::Cx;

use crate::types::{self, Colour, Drawing, Few, Figure, Many, Pairs, Place, Point, Several};

/// `test:types/types` in Rust. Its methods take and return values in every way that a system may.
pub struct Echo;

#[isorun::system]
impl types::Types for Echo {
    fn echo_bool(&self, value: bool) -> bool {
        value
    }
    fn echo_u8(&self, value: u8) -> u8 {
        value
    }
    fn echo_u16(&self, value: u16) -> u16 {
        value
    }
    fn echo_u32(&self, value: u32) -> u32 {
        value
    }
    fn echo_u64(&self, value: u64) -> u64 {
        value
    }
    fn echo_s8(&self, value: i8) -> i8 {
        value
    }
    fn echo_s16(&self, value: i16) -> i16 {
        value
    }
    fn echo_s32(&self, value: i32) -> i32 {
        value
    }
    async fn echo_s64(&self, value: i64) -> i64 {
        value
    }
    fn echo_f32(&self, value: f32) -> f32 {
        value
    }
    fn echo_f64(&self, _cx: &Cx, value: f64) -> isorun::Result<f64> {
        Ok(value)
    }
    fn echo_char(&self, value: char) -> char {
        value
    }
    fn echo_string(&self, value: &str) -> String {
        value.into()
    }

    fn echo_bytes(&self, value: &[u8]) -> Vec<u8> {
        value.into()
    }
    fn echo_bools(&self, value: Vec<bool>) -> Vec<bool> {
        value
    }
    async fn echo_chars(&self, value: &[char]) -> Vec<char> {
        value.into()
    }
    fn echo_doubles(&self, value: Vec<f64>) -> Vec<f64> {
        value
    }
    async fn echo_strings(&self, _cx: &Cx, value: Vec<String>) -> isorun::Result<Vec<String>> {
        Ok(value)
    }
    fn echo_nested(&self, value: &[Vec<u16>]) -> Vec<Vec<u16>> {
        value.into()
    }

    fn echo_tuple(&self, value: (u8, u64, u16, String)) -> (u8, u64, u16, String) {
        value
    }
    fn echo_point(&self, value: &Point) -> Point {
        value.clone()
    }
    fn echo_points(&self, value: Vec<Point>) -> Vec<Point> {
        value
    }
    fn echo_record(&self, value: &Drawing) -> Drawing {
        value.clone()
    }
    async fn echo_records(&self, value: Vec<Drawing>) -> Vec<Drawing> {
        value
    }

    fn echo_variant(&self, value: Figure) -> Figure {
        value
    }
    fn echo_variants(&self, value: &[Figure]) -> Vec<Figure> {
        value.into()
    }
    fn echo_enum(&self, value: Colour) -> Colour {
        value
    }
    fn echo_enums(&self, value: Vec<Colour>) -> Vec<Colour> {
        value
    }
    fn echo_few(&self, value: Few) -> Few {
        value
    }
    fn echo_several(&self, value: Several) -> Several {
        value
    }
    async fn echo_many(&self, value: Many) -> Many {
        value
    }
    fn echo_flags_list(&self, value: Vec<Few>) -> Vec<Few> {
        value
    }

    fn echo_option(&self, value: Option<&str>) -> Option<String> {
        value.map(Into::into)
    }
    fn echo_option_option(&self, value: Option<Option<u32>>) -> Option<Option<u32>> {
        value
    }
    fn echo_options(&self, value: Vec<Option<u64>>) -> Vec<Option<u64>> {
        value
    }
    fn echo_result(&self, value: Result<u32, String>) -> Result<u32, String> {
        value
    }
    fn echo_result_ok(&self, value: Result<u32, ()>) -> Result<u32, ()> {
        value
    }
    fn echo_result_err(&self, value: &Result<(), String>) -> isorun::Result<Result<(), String>> {
        Ok(value.clone())
    }
    async fn echo_result_unit(&self, value: Result<(), ()>) -> Result<(), ()> {
        value
    }
    fn echo_results(&self, value: Vec<Result<Point, Figure>>) -> Vec<Result<Point, Figure>> {
        value
    }

    fn echo_alias(&self, value: &Place) -> Place {
        value.clone()
    }
    fn echo_pairs(&self, value: Pairs) -> Pairs {
        value
    }

    fn nothing(&self) {}
    fn answer(&self) -> u32 {
        42
    }
    fn swallow(&self, _value: &str) {}
    fn twenty(
        &self,
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
        let bytes = [(1, p1), (5, p5), (9, p9), (13, p13), (17, p17)].map(|(at, p)| (at, p.into()));
        let shorts = [(2, p2), (6, p6), (10, p10), (14, p14), (18, p18)].map(|(at, p)| (at, p.into()));
        let words = [(3, p3), (7, p7), (11, p11), (15, p15), (19, p19)].map(|(at, p)| (at, p.into()));
        let longs = [(4, p4), (8, p8), (12, p12), (16, p16), (20, p20)];
        let all = bytes.into_iter().chain(shorts).chain(words).chain(longs);
        all.fold(0, |sum: u64, (at, p): (u64, u64)| sum.wrapping_add(p.wrapping_mul(at)))
    }
    fn mixed(
        &self,
        name: String,
        number: i64,
        place: Option<&Point>,
        colour: Colour,
    ) -> (String, i64, Option<Point>, Colour) {
        (name, number, place.cloned(), colour)
    }
}

//! The reference implementation's own bytes, and what is nearly the same.

use isorun::{Type, Value};
use isorun_tests::choices::{Choices, noise};
use serde_json::Value as Json;

use crate::judge;

/// Values with their images, and bytes that are none, made by the component model's reference implementation.
const VECTORS: &str = include_str!("../../vectors/samples.jsonl");

/// Each type of a vector that is a value, with its image.
fn images() -> Vec<(Type, Vec<u8>)> {
    let vectors = VECTORS.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let values = vectors.filter(|vector| vector["kind"] == "value");
    let images = values
        .map(|vector| (judge::type_of(&vector["type"]).unwrap(), judge::bytes(&vector["memory"]).unwrap()))
        .collect::<Vec<_>>();
    assert!(images.len() > 200, "{}", images.len());
    images
}

#[test]
fn b02_values_have_the_bytes_of_the_reference() {
    let mut checked = 0;
    for line in VECTORS.lines() {
        judge::check(line).unwrap_or_else(|error| panic!("{error:#}"));
        checked += 1;
    }
    assert!(checked > 400, "{checked}");
}

/// Bytes are accepted only if they are what their value is written as: those of the vectors, those that differ in some bits or bytes, and some of
/// no making.
#[test]
fn b02_what_is_accepted_is_written_as_it_was_read() {
    let (mut accepted, mut refused) = (0, 0);
    for (index, (ty, image)) in (0..).zip(images()) {
        let bytes = noise(index, 1 << 12);
        let mut choices = Choices::new(&bytes);
        let edited = std::iter::repeat_with(|| {
            let mut edited = image.clone();
            choices.edit(&mut edited);
            edited
        });
        let noises = (0..20).map(|length| bytes[..length].to_vec());
        for bytes in [image.clone()].into_iter().chain(edited.take(60)).chain(noises) {
            match Value::decode(&ty, &bytes) {
                Ok(value) => {
                    accepted += 1;
                    assert_eq!(value.encode(&ty).unwrap().as_bytes(), bytes, "{ty}: {value}");
                }
                Err(_) => refused += 1,
            }
        }
    }
    assert!(accepted > 1000 && refused > 1000, "{accepted} were accepted, {refused} were refused");
}

#[test]
fn b03_every_image_that_is_cut_or_extended_is_refused() {
    for (ty, image) in images() {
        for length in 0..image.len() {
            assert!(Value::decode(&ty, &image[..length]).is_err(), "{ty}, cut at {length}");
        }
        for filler in [0, 1, 0xff] {
            for more in 1..=16 {
                let mut longer = image.clone();
                longer.resize(image.len() + more, filler);
                assert!(Value::decode(&ty, &longer).is_err(), "{ty} and {more} bytes more");
            }
        }
    }
}

/// What the flip of one bit makes of it is refused, or it is another value. The codec has no `unsafe`, and its own tests run under a sanitizer.
#[test]
fn b04_every_flipped_bit_of_an_image_is_refused_or_makes_another_value() {
    for (ty, mut image) in images() {
        let value = Value::decode(&ty, &image).unwrap().to_string();
        for bit in 0..image.len() * 8 {
            image[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = Value::decode(&ty, &image) {
                assert_ne!(other.to_string(), value, "{ty}, bit {bit}");
                assert_eq!(other.encode(&ty).unwrap().as_bytes(), image, "{ty}, bit {bit}");
            }
            image[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

//! What generated code looks like, written by hand: the pattern that the macro's emitters follow.

use super::*;
use crate::image::params::{LiftParams, LowerParams, Params};
use crate::{decode, decode_params, encode, encode_params};

// ------------------------------------------------------------------------------------------------ record
// record entry { id: u32, name: string, tags: list<string> }
//
// A record IS the cons list of its fields: layout, offsets, padding (written zero, checked in images) and flat slots come from there.
struct Entry { id: u32, name: String, tags: Vec<String> }

const _: () = {
    type Fields = (u32, (String, (Vec<String>, ())));
    impl Shape for Entry {
        const LAYOUT: Layout = <Fields as Params>::LAYOUT;
        fn ty() -> Type {
            Type::record([("id", <u32 as Shape>::ty()), ("name", <String as Shape>::ty()), ("tags", <Vec<String> as Shape>::ty())])
        }
    }
    impl Lower for Entry {
        fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
            LowerParams::store(&(&self.id, (&self.name, (&self.tags, ()))), sink, at)    // in full: a 2-tuple is `Lower` as well
        }
        fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
            LowerParams::lower_flat(&(&self.id, (&self.name, (&self.tags, ()))), sink, flat)
        }
    }
    impl Lift for Entry {
        fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
            let (id, (name, (tags, ()))) = <Fields as LiftParams>::load(source, at)?;
            Ok(Self { id, name, tags })
        }
        fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
            let (id, (name, (tags, ()))) = <Fields as LiftParams>::lift_flat(source, flat)?;
            Ok(Self { id, name, tags })
        }
    }
};

// ------------------------------------------------------------------------------------------------ variant
// variant error { not-found, denied, other(string) }
enum Error { NotFound, Denied, Other(String) }

const _: () = {
    const CASES: Cases<3> = Cases::new([None, None, Some(<String as Shape>::LAYOUT)]);
    impl Shape for Error {
        const LAYOUT: Layout = CASES.layout;
        fn ty() -> Type {
            Type::variant([("not-found", None), ("denied", None), ("other", Some(<String as Shape>::ty()))])
        }
    }
    impl Lower for Error {
        fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
            match self {
                Self::NotFound => store_case(sink, at, &CASES, 0, &()),
                Self::Denied => store_case(sink, at, &CASES, 1, &()),
                Self::Other(payload) => store_case(sink, at, &CASES, 2, payload),
            }
        }
        fn lower_flat<S: Sink>(&self, sink: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
            match self {
                Self::NotFound => lower_case(sink, flat, 0, &()),
                Self::Denied => lower_case(sink, flat, 1, &()),
                Self::Other(payload) => lower_case(sink, flat, 2, payload),
            }
        }
    }
    impl Lift for Error {
        fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
            // The index is below the number of cases, so the last arm may be `_`.
            let (case, at) = load_case(source, at, &CASES)?;
            Ok(match case {
                0 => Self::NotFound,
                1 => Self::Denied,
                _ => Self::Other(Lift::load(source, at)?),
            })
        }
        fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
            let (case, flat) = lift_case(source, flat, &CASES)?;
            Ok(match case {
                0 => Self::NotFound,
                1 => Self::Denied,
                _ => Self::Other(Lift::lift_flat(source, flat)?),
            })
        }
    }
};

// ------------------------------------------------------------------------------------------------ enum
// enum level { low, high }
#[derive(Clone, Copy)]
enum Level { Low, High }

const _: () = {
    const CASES: usize = 2;
    impl Shape for Level {
        const LAYOUT: Layout = Layout::enumeration(CASES);
        fn ty() -> Type { Type::enumeration(["low", "high"]) }
    }
    impl Lower for Level {
        fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
            store_discriminant(sink, at, CASES, *self as u32)
        }
        fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
            lower_discriminant(flat, *self as u32);
            Ok(())
        }
    }
    fn case(index: u32) -> Level {
        match index { 0 => Level::Low, _ => Level::High }
    }
    impl Lift for Level {
        fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
            Ok(case(load_discriminant(source, at, CASES)?))
        }
        fn lift_flat<S: Source>(source: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
            Ok(case(lift_discriminant(source, flat, CASES)?))
        }
    }
};

// ------------------------------------------------------------------------------------------------ flags (a newtype over u32)
// flags rights { read, write }
struct Rights(u32);

const _: () = {
    const LABELS: usize = 2;
    impl Shape for Rights {
        const LAYOUT: Layout = Layout::flags(LABELS);
        fn ty() -> Type { Type::flags(["read", "write"]) }
    }
    impl Lower for Rights {
        fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
            store_flags(sink, at, LABELS, self.0)
        }
        fn lower_flat<S: Sink>(&self, _: &mut S, flat: &mut [u64]) -> Result<(), S::Error> {
            lower_flags(flat, LABELS, self.0);
            Ok(())
        }
    }
    impl Lift for Rights {
        fn load<S: Source>(source: &mut S, at: usize) -> Result<Self, S::Error> {
            Ok(Self(load_flags(source, at, LABELS)?))
        }
        fn lift_flat<S: Source>(_: &mut S, flat: &[u64]) -> Result<Self, S::Error> {
            Ok(Self(lift_flags(flat, LABELS)))
        }
    }
};

/// A record of all of them is written as wire.md lays it out, read back, and passed flat.
#[test]
fn by_hand() {
    type All = (Entry, (Error, (Level, (Rights, ()))));
    let entry = Entry { id: 7, name: "n".into(), tags: vec!["t".into(), "".into()] };
    let error = Error::Other("why".into());
    let image = encode_params(&(&entry, (&error, (Level::High, (Rights(2), ()))))).unwrap();
    #[rustfmt::skip]
    let expected = [
        7, 0, 0, 0,  36, 0, 0, 0,  1, 0, 0, 0,  40, 0, 0, 0,  2, 0, 0, 0,   // entry: id, name, tags
        2, 0, 0, 0,  57, 0, 0, 0,  3, 0, 0, 0,                              // error: case, padding, payload
        1, 2, 0, 0,                                                         // level, rights, padding
        b'n', 0, 0, 0,                                                      // name, gap
        56, 0, 0, 0,  1, 0, 0, 0,  57, 0, 0, 0,  0, 0, 0, 0,                // tags
        b't', b'w', b'h', b'y',                                             // what is left of them
    ];
    assert_eq!(image.as_bytes(), expected);

    let (read, (why, (level, (rights, ())))): All = decode_params(image.as_bytes()).unwrap();
    assert_eq!((read.id, read.name.as_str(), read.tags), (7, "n", vec!["t".to_owned(), String::new()]));
    assert!(matches!(why, Error::Other(text) if text == "why"));
    assert!(matches!(level, Level::High) && rights.0 == 2);
    for reason in [Error::NotFound, Error::Denied] {
        let image = encode(&reason).unwrap();
        assert_eq!(image.as_bytes()[1..], [0; 11]);
        assert_eq!(std::mem::discriminant(&decode::<Error>(image.as_bytes()).unwrap()), std::mem::discriminant(&reason));
    }
    assert_eq!(<All as Params>::LAYOUT, Layout { size: 36, align: 4, flat: 10 });
}

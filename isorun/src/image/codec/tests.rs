//! What generated code looks like, written by hand: the pattern that the macro's emitters follow.

use super::*;
use crate::image::params::{LiftParams, LowerParams, Params};
use crate::image::{decode, decode_params, encode, encode_params};

// Record:
// record entry { id: u32, name: string, tags: list<string> }
//
// A record is the cons list of its fields, which determines its layout, padding and core values.
struct Entry {
    id: u32,
    name: String,
    tags: Vec<String>,
}

const _: () = {
    type Fields = (u32, (String, (Vec<String>, ())));
    impl Shape for Entry {
        const LAYOUT: Layout = <Fields as Params>::LAYOUT;
        fn ty() -> Type {
            Type::record([
                ("id", <u32 as Shape>::ty()),
                ("name", <String as Shape>::ty()),
                ("tags", <Vec<String> as Shape>::ty()),
            ])
        }
    }
    impl Lower for Entry {
        fn store<S: Sink>(&self, sink: &mut S, at: usize) -> Result<(), S::Error> {
            LowerParams::store(&(&self.id, (&self.name, (&self.tags, ()))), sink, at) // in full: a 2-tuple is `Lower` as well
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

// Variant:
// variant error { not-found, denied, other(string) }
enum Error {
    NotFound,
    Denied,
    Other(String),
}

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

// Enum:
// enum level { low, high }
#[derive(Clone, Copy)]
enum Level {
    Low,
    High,
}

const _: () = {
    const CASES: usize = 2;
    impl Shape for Level {
        const LAYOUT: Layout = Layout::enumeration(CASES);
        fn ty() -> Type {
            Type::enumeration(["low", "high"])
        }
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
        match index {
            0 => Level::Low,
            _ => Level::High,
        }
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

// Flags (a newtype over u32):
// flags rights { read, write }
struct Rights(u32);

const _: () = {
    const LABELS: usize = 2;
    impl Shape for Rights {
        const LAYOUT: Layout = Layout::flags(LABELS);
        fn ty() -> Type {
            Type::flags(["read", "write"])
        }
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

/// A record that has one of each has the expected bytes, is read back, and is passed as core values.
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
        b't', b'w', b'h', b'y',                                             // the texts of the tags
    ];
    assert_eq!(image.as_bytes(), expected);

    let (read, (why, (level, (rights, ())))): All = decode_params(image.as_bytes()).unwrap();
    assert_eq!((read.id, read.name.as_str(), read.tags), (7, "n", vec!["t".to_owned(), String::new()]));
    assert!(matches!(why, Error::Other(text) if text == "why"));
    assert!(matches!(level, Level::High) && rights.0 == 2);
    for reason in [Error::NotFound, Error::Denied] {
        let image = encode(&reason).unwrap();
        assert_eq!(image.as_bytes()[1..], [0; 11]);
        assert_eq!(
            std::mem::discriminant(&decode::<Error>(image.as_bytes()).unwrap()),
            std::mem::discriminant(&reason)
        );
    }
    assert_eq!(<All as Params>::LAYOUT, Layout { size: 36, align: 4, flat: 10 });
}

/// Reads as from a guest's memory: it is not strict, and blocks may lie anywhere.
struct Memory<'a>(&'a [u8]);

impl Source for Memory<'_> {
    type Error = (Rule, usize);
    const STRICT: bool = false;

    fn slice(&self, at: usize, length: usize) -> Result<&[u8], Self::Error> {
        self.0.get(at..at + length).ok_or((Rule::Truncated, at))
    }

    fn block(&mut self, pointer: u32, length: u32, element: Layout) -> Result<usize, Self::Error> {
        if !pointer.is_multiple_of(element.align) {
            return Err((Rule::Alignment, pointer as usize));
        }
        self.slice(pointer as usize, (length * element.size) as usize)?;
        Ok(pointer as usize)
    }

    fn string(&mut self, pointer: u32, length: u32) -> Result<String, Self::Error> {
        let bytes = self.slice(pointer as usize, length as usize)?;
        String::from_utf8(bytes.to_vec()).map_err(|_| (Rule::Utf8, pointer as usize))
    }

    fn malformed(&self, rule: Rule, at: usize) -> Self::Error {
        (rule, at)
    }
}

/// The core values of a value, and the memory that holds its lists and strings.
fn lowered<T: Lower>(value: &T) -> (Vec<u64>, Vec<u8>) {
    let mut flat = vec![0; T::LAYOUT.flat as usize];
    let mut sink = crate::image::Encoder::new(Layout::EMPTY).unwrap();
    value.lower_flat(&mut sink, &mut flat).unwrap();
    (flat, sink.finish().into_bytes())
}

#[test]
fn core_values_are_those_of_the_canonical_abi() {
    let entry = Entry { id: 7, name: "n".into(), tags: vec!["t".into()] };
    let (flat, memory) = lowered(&entry);
    assert_eq!((flat.as_slice(), memory.as_slice()), (&[7, 0, 1, 4, 1][..], &b"n\0\0\0\x0c\0\0\0\x01\0\0\0t"[..]));
    let read = Entry::lift_flat(&mut Memory(&memory), &flat).unwrap();
    assert_eq!((read.id, read.name, read.tags), (entry.id, entry.name, entry.tags));

    // Signed integers are extended to their core type, floats are bits, and cases share their slots.
    assert_eq!(lowered(&(-1i8, -2i16, -3i32, -4i64)).0, [0xffff_ffff, 0xffff_fffe, 0xffff_fffd, u64::MAX - 3]);
    assert_eq!(lowered(&Err::<u64, _>(1.5f32)).0, [1, 0x3fc0_0000]);
    assert_eq!(lowered(&(Some([1u8, 2]), Rights(2), Level::High)).0, [1, 1, 2, 2, 1]);
    assert_eq!(lowered(&Error::Denied).0, [1, 0, 0]);
    let junk = 0xdead_beef_0000_0000;
    let flat = [junk | 0x1ff, junk | 2, junk | 0xff, junk | 1, junk | 0x3fc0_0000];
    let values = <(u8, bool, Rights, Option<f32>)>::lift_flat(&mut Memory(&[]), &flat).unwrap();
    assert_eq!((values.0, values.1, values.2.0, values.3), (255, true, 3, Some(1.5)));
    assert!(Level::lift_flat(&mut Memory(&[]), &[2]).is_err() && char::lift_flat(&mut Memory(&[]), &[0xd800]).is_err());
}

#[test]
fn a_guest_may_leave_junk_where_no_value_is() {
    fn load<T: Lift>(bytes: &[u8]) -> Result<T, (Rule, usize)> {
        assert!(decode::<T>(bytes).is_err());
        T::load(&mut Memory(bytes), 0)
    }
    assert_eq!(load(&[7]), Ok(true));
    assert_eq!(load(&[1, 0xee, 2, 0]), Ok((1u8, 2u16)));
    assert_eq!(load(&[0, 0xee, 0xee, 0xee]), Ok(None::<u16>));
    assert_eq!(load::<Rights>(&[0xff]).map(|rights| rights.0), Ok(3));
    assert_eq!(load::<f32>(&[1, 0, 0xc0, 0x7f]).map(f32::to_bits), Ok(0x7fc0_0001));
    assert_eq!(load(b"\x09\0\0\0\x01\0\0\0-a"), Ok("a".to_owned()));

    // Bits that are no value are refused also where reading is not strict.
    assert_eq!(load::<Level>(&[2]).err(), Some((Rule::Discriminant, 0)));
    assert_eq!(load::<char>(&[0, 0, 0x11, 0]), Err((Rule::Char, 0)));
    assert_eq!(load::<Vec<u16>>(b"\x09\0\0\0\x01\0\0\0---"), Err((Rule::Alignment, 9)));
}

//! Types and values out of a row of bytes: the same bytes make the same ones, in a test and in a fuzzer.

use isorun::{Type, Value};

/// A row of bytes that decides. An exhausted row gives zeros, and zero is the simplest choice everywhere, so that a shorter row makes
/// simpler things.
pub struct Choices<'a>(&'a [u8]);

/// Bytes that look random and are the same for the same seed (SplitMix64).
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let words = core::iter::repeat_with(|| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    });
    words.flat_map(u64::to_le_bytes).take(length).collect()
}

impl<'a> Choices<'a> {
    /// Choices that these bytes make.
    pub fn new(bytes: &'a [u8]) -> Choices<'a> {
        Choices(bytes)
    }

    /// The bytes that have decided nothing yet.
    pub fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// A number below `limit`; zero for a limit of zero.
    pub fn below(&mut self, limit: usize) -> usize {
        let [low, high] = self.bytes();
        let choice = if limit <= 256 { usize::from(low) } else { usize::from(u16::from_le_bytes([low, high])) };
        choice.checked_rem(limit).unwrap_or_default()
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let taken = self.0.len().min(N);
        bytes[..taken].copy_from_slice(&self.0[..taken]);
        self.0 = &self.0[taken..];
        bytes
    }

    /// Bits, one time in two of a kind that is an edge somewhere.
    pub fn bits(&mut self) -> u64 {
        let edges = [0, 1, 0x7f, 0x80, 0xff, 0x8000, 0x7fff_ffff, 1 << 31, u64::MAX >> 1, 1 << 63, u64::MAX];
        if self.below(2) == 0 { self.pick(&edges) } else { u64::from_le_bytes(self.bytes()) }
    }

    /// Changes bytes here and there: up to seven times, and not at all for an exhausted row.
    pub fn edit(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..self.below(8) {
            let (kind, place) = (self.below(6), self.below(bytes.len().max(1)));
            let [new] = self.bytes();
            match (kind, bytes.get_mut(place)) {
                (0 | 1, Some(byte)) => *byte = new,
                (2, Some(byte)) => *byte ^= 1 << (new % 8),
                (3, Some(byte)) => *byte = byte.wrapping_add(1),
                (4, _) => bytes.truncate(place),
                _ => bytes.push(new),
            }
        }
    }

    /// A type with at most so many levels inside its outermost.
    pub fn ty(&mut self, depth: usize) -> Type {
        let scalars = [
            Type::U8,
            Type::Bool,
            Type::S8,
            Type::U16,
            Type::S16,
            Type::U32,
            Type::S32,
            Type::U64,
            Type::S64,
            Type::F32,
            Type::F64,
            Type::Char,
            Type::String,
        ];
        let kinds = if depth == 0 { 16 } else { 32 };
        match self.below(kinds) {
            kind @ 0..13 => scalars[kind].clone(),
            13 => Type::String,
            14 => Type::enumeration(self.labels(&[3, 1, 257, 300])),
            15 => Type::flags(self.labels(&[3, 8, 9, 16, 17, 32])),
            16..19 => Type::list(self.ty(depth - 1)),
            19 | 20 => Type::option(self.ty(depth - 1)),
            21 | 22 => {
                let (ok, err) = (self.payload(depth), self.payload(depth));
                Type::result(ok, err)
            }
            23 | 24 => {
                let labels = self.labels(&[2, 1, 3, 5, 260]);
                // Only the first and the last of many have a payload: the text stays short.
                let many = labels.len();
                Type::variant(labels.into_iter().enumerate().map(|(index, label)| {
                    let ty = if index < 4 || index + 1 == many { self.payload(depth) } else { None };
                    (label, ty)
                }))
            }
            25 | 26 => {
                let labels = self.labels(&[2, 1, 3, 5, 9]);
                Type::record(labels.into_iter().map(|label| (label, self.ty(depth - 1))))
            }
            27 | 28 => Type::tuple((0..=self.below(5)).map(|_| self.ty(depth - 1)).collect::<Vec<_>>()),
            29 => {
                // WIT has maps of simple keys only: of all but floats and what is made of others.
                let keys = [0, 1, 2, 3, 4, 5, 6, 7, 8, 11, 12];
                let key = scalars[self.pick(&keys)].clone();
                Type::map(key, self.ty(depth - 1))
            }
            _ => {
                let length = self.pick(&[2, 1, 3, 4, 17]);
                Type::fixed_list(self.ty(depth - 1), length)
            }
        }
    }

    fn payload(&mut self, depth: usize) -> Option<Type> {
        (self.below(4) != 0).then(|| self.ty(depth - 1))
    }

    fn labels(&mut self, counts: &[usize]) -> Vec<String> {
        (0..self.pick(counts)).map(|index| format!("l{index}")).collect()
    }

    /// A value of a type.
    pub fn value(&mut self, ty: &Type) -> Value {
        match ty {
            Type::Bool => Value::Bool(self.below(2) == 1),
            Type::S8 => Value::S8(self.bits() as i8),
            Type::U8 => Value::U8(self.bits() as u8),
            Type::S16 => Value::S16(self.bits() as i16),
            Type::U16 => Value::U16(self.bits() as u16),
            Type::S32 => Value::S32(self.bits() as i32),
            Type::U32 => Value::U32(self.bits() as u32),
            Type::S64 => Value::S64(self.bits() as i64),
            Type::U64 => Value::U64(self.bits()),
            // NaNs with payloads among them.
            Type::F32 => Value::F32(f32::from_bits(if self.below(4) == 1 { 0x7f80_0001 } else { self.bits() as u32 })),
            Type::F64 => Value::F64(f64::from_bits(if self.below(4) == 1 { !0 } else { self.bits() })),
            Type::Char => Value::Char(self.character()),
            Type::String => {
                let length = self.pick(&[0, 1, 3, 9, 60]);
                Value::String((0..length).map(|_| self.character()).collect())
            }
            Type::List(element) => {
                let length = self.pick(&[0, 1, 2, 5]);
                Value::List((0..length).map(|_| self.value(element)).collect())
            }
            Type::FixedList(list) => Value::List((0..list.length).map(|_| self.value(&list.element)).collect()),
            Type::Map(pair) => {
                let length = self.pick(&[0, 1, 2, 5]);
                Value::Map((0..length).map(|_| (self.value(&pair.key), self.value(&pair.value))).collect())
            }
            Type::Record(fields) => {
                Value::Record(fields.iter().map(|field| (field.label.clone(), self.value(&field.ty))).collect())
            }
            Type::Tuple(members) => Value::tuple(members.iter().map(|ty| self.value(ty)).collect::<Vec<_>>()),
            Type::Variant(cases) => {
                // Of many cases, the last one is often meant.
                let case = &cases[if self.below(2) == 1 { cases.len() - 1 } else { self.below(cases.len()) }];
                Value::variant(case.label.clone(), case.ty.as_ref().map(|ty| self.value(ty)))
            }
            Type::Enum(labels) => Value::enumeration(labels[self.below(labels.len())].clone()),
            Type::Flags(labels) => {
                let bits = self.bits();
                let set = labels.iter().enumerate().filter(|(index, _)| bits >> index & 1 == 1);
                Value::flags(set.map(|(_, label)| label.clone()))
            }
            Type::Option(payload) => Value::option((self.below(3) != 0).then(|| self.value(payload))),
            Type::Result(payloads) => Value::result(match self.below(2) {
                0 => Ok(payloads.ok.as_ref().map(|ty| self.value(ty))),
                _ => Err(payloads.err.as_ref().map(|ty| self.value(ty))),
            }),
            other => unreachable!("a type that no choice makes: {other}"),
        }
    }

    /// A character that takes one to four bytes, and one or two units of UTF-16.
    fn character(&mut self) -> char {
        let few = ['a', '\0', '\u{7f}', '\u{80}', 'é', '\u{ff}', '\u{100}', '虎', '\u{ffff}', '💝', '\u{10ffff}'];
        match self.below(4) {
            0 | 1 => char::from(b'a' + self.below(26) as u8),
            2 => self.pick(&few),
            _ => char::from_u32(u32::from_le_bytes(self.bytes()) % 0x11_0000).unwrap_or('\u{fffd}'),
        }
    }
}

//! Types in WIT spelling.

use std::fmt;

use super::ty::Type;
use crate::text::separated;

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Type::Bool => f.write_str("bool"),
            Type::S8 => f.write_str("s8"),
            Type::U8 => f.write_str("u8"),
            Type::S16 => f.write_str("s16"),
            Type::U16 => f.write_str("u16"),
            Type::S32 => f.write_str("s32"),
            Type::U32 => f.write_str("u32"),
            Type::S64 => f.write_str("s64"),
            Type::U64 => f.write_str("u64"),
            Type::F32 => f.write_str("f32"),
            Type::F64 => f.write_str("f64"),
            Type::Char => f.write_str("char"),
            Type::String => f.write_str("string"),
            Type::List(element) => write!(f, "list<{}>", **element),
            Type::FixedList(list) => write!(f, "list<{}, {}>", list.element, list.length),
            Type::Map(pair) => write!(f, "map<{}, {}>", pair.key, pair.value),
            Type::Record(fields) => {
                let fields = separated(fields, |field, f| write!(f, "{}: {}", field.label, field.ty));
                write!(f, "record {{ {fields} }}")
            }
            Type::Tuple(members) => write!(f, "tuple<{}>", separated(members, fmt::Display::fmt)),
            Type::Variant(cases) => {
                let cases = separated(cases, |case, f| match &case.ty {
                    Some(ty) => write!(f, "{}({ty})", case.label),
                    None => f.write_str(&case.label),
                });
                write!(f, "variant {{ {cases} }}")
            }
            Type::Enum(labels) => write!(f, "enum {{ {} }}", separated(labels, fmt::Display::fmt)),
            Type::Flags(labels) => write!(f, "flags {{ {} }}", separated(labels, fmt::Display::fmt)),
            Type::Option(payload) => write!(f, "option<{}>", **payload),
            Type::Result(payloads) => match (&payloads.ok, &payloads.err) {
                (None, None) => f.write_str("result"),
                (Some(ok), None) => write!(f, "result<{ok}>"),
                (None, Some(err)) => write!(f, "result<_, {err}>"),
                (Some(ok), Some(err)) => write!(f, "result<{ok}, {err}>"),
            },
        }
    }
}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Type({self})")
    }
}

impl Type {
    /// The type as an error message shows it: in backticks, and cut off after 120 characters.
    pub(crate) fn brief(&self) -> String {
        /// Enough to recognise a type. The whole text can be very long, since an enum may have thousands of cases.
        const SHOWN: usize = 120;
        let text = self.to_string();
        match text.char_indices().nth(SHOWN) {
            Some((cut, _)) => format!("`{}…`", &text[..cut]),
            None => format!("`{text}`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_displays_as_wit_spells_it() {
        let payload = Type::record([("a", Type::U8), ("b-c", Type::Char)]);
        for (ty, text) in [
            (Type::list(Type::fixed_list(Type::F64, 3)), "list<list<f64, 3>>"),
            (Type::map(Type::String, Type::S16), "map<string, s16>"),
            (Type::tuple([Type::Bool, Type::S64]), "tuple<bool, s64>"),
            (Type::variant([("x", None), ("y", Some(payload))]), "variant { x, y(record { a: u8, b-c: char }) }"),
            (Type::enumeration(["on", "off"]), "enum { on, off }"),
            (Type::flags(["r", "w"]), "flags { r, w }"),
            (Type::option(Type::U32), "option<u32>"),
            (Type::result(None, None), "result"),
            (Type::result(Some(Type::U64), None), "result<u64>"),
            (Type::result(None, Some(Type::String)), "result<_, string>"),
            (Type::result(Some(Type::U16), Some(Type::S8)), "result<u16, s8>"),
        ] {
            assert_eq!(ty.to_string(), text);
        }
        assert_eq!([Type::S32, Type::F32].map(|ty| ty.to_string()), ["s32", "f32"]);
    }
}

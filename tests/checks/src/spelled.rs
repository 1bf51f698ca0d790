//! WIT text for types that are known as data.

use isorun::Type;

/// The text of `interface values` of a package, whose functions `f0`, `f1` and so on have these parameters and return them: one as it is,
/// several as a tuple.
pub fn echo_wit(package: &str, functions: &[Vec<Type>]) -> String {
    let mut declared = Declared::default();
    let mut lines = String::new();
    for (index, params) in functions.iter().enumerate() {
        let spelled: Vec<String> = params.iter().map(|ty| declared.spell(ty)).collect();
        let result = match &spelled[..] {
            [] => String::new(),
            [one] => format!(" -> {one}"),
            several => format!(" -> tuple<{}>", several.join(", ")),
        };
        let params = spelled.iter().enumerate().map(|(at, ty)| format!("p{at}: {ty}"));
        lines.push_str(&format!("    f{index}: func({}){result};\n", params.collect::<Vec<_>>().join(", ")));
    }
    format!("package {package};\n\ninterface values {{\n{}{lines}}}\n", declared.0.concat())
}

/// Declarations of types that WIT wants to have names.
#[derive(Default)]
struct Declared(Vec<String>);

impl Declared {
    fn spell(&mut self, ty: &Type) -> String {
        match ty {
            Type::List(element) => format!("list<{}>", self.spell(element)),
            Type::FixedList(list) => format!("list<{}, {}>", self.spell(&list.element), list.length),
            Type::Map(pair) => format!("map<{}, {}>", self.spell(&pair.key), self.spell(&pair.value)),
            Type::Tuple(members) => format!("tuple<{}>", self.all(members.iter())),
            Type::Option(payload) => format!("option<{}>", self.spell(payload)),
            Type::Result(payloads) => {
                let spelled = [&payloads.ok, &payloads.err].map(|ty| ty.as_ref().map(|ty| self.spell(ty)));
                match spelled {
                    [None, None] => "result".into(),
                    [Some(ok), None] => format!("result<{ok}>"),
                    [ok, Some(err)] => format!("result<{}, {err}>", ok.as_deref().unwrap_or("_")),
                }
            }
            Type::Record(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|field| format!("{}: {}", field.label, self.spell(&field.ty))).collect();
                self.declare("record", &fields)
            }
            Type::Variant(cases) => {
                let case = |case: &isorun::types::Case, declared: &mut Declared| match &case.ty {
                    Some(ty) => format!("{}({})", case.label, declared.spell(ty)),
                    None => case.label.to_string(),
                };
                let cases: Vec<_> = cases.iter().map(|one| case(one, self)).collect();
                self.declare("variant", &cases)
            }
            Type::Enum(labels) => self.declare("enum", labels),
            Type::Flags(labels) => self.declare("flags", labels),
            scalar => scalar.to_string(),
        }
    }

    fn all<'t>(&mut self, types: impl Iterator<Item = &'t Type>) -> String {
        types.map(|ty| self.spell(ty)).collect::<Vec<_>>().join(", ")
    }

    /// Declares a type and gives its name.
    fn declare(&mut self, kind: &str, parts: &[impl AsRef<str>]) -> String {
        let name = format!("t{}", self.0.len());
        let parts: Vec<&str> = parts.iter().map(AsRef::as_ref).collect();
        self.0.push(format!("    {kind} {name} {{ {} }}\n", parts.join(", ")));
        name
    }
}

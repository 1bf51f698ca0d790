//! WIT text out of a row of numbers: interfaces of plain value types, with the names that give trouble.
//!
//! `tests/tests/macro_model.rs` includes this file too. An exhausted row gives zeros, and zero is the simplest choice
//! everywhere, so that a shorter row is a simpler text.

/// A text, and what was meant with it.
pub(crate) struct RandomWit {
    /// The interface that is meant, and `shared`, of types alone, which it may use.
    pub(crate) text: String,
    /// `test:random/main@1.0.0`.
    pub(crate) wire_name: String,
    /// The types that `main` names: those that it uses, then its own.
    pub(crate) types: Vec<String>,
    /// Name and signature, as WIT is formatted: `get: func(key: string) -> u8`.
    pub(crate) functions: Vec<(String, String)>,
}

/// Makes a text of a package `package` out of `choices`. With `one_more`, its first function has one parameter more.
pub(crate) fn random_wit(package: &str, choices: &[u16], one_more: bool) -> RandomWit {
    let mut random = Random { choices: choices.iter(), types: Vec::new(), names: Names::default() };
    let version = random.pick(&["", "@1.0.0", "@0.2.11-rc.1"]).to_owned();
    let main = random.pick(&["main", "type", "interface", "HTTP-v2", "caller", "self"]).to_owned();
    random.names.0.extend([main.to_lowercase(), "shared".to_owned()]);

    let shared: String = (0..random.below(4)).map(|_| random.declaration()).collect();
    let mut body = String::new();
    let mut used = Vec::new();
    for index in 0..random.types.len() {
        // What is not used here is not known here.
        if random.below(4) == 3 {
            continue;
        }
        let name = random.types[index].clone();
        let new = if random.below(3) == 2 { random.name() } else { name.clone() };
        let renamed = if new == name { String::new() } else { format!(" as {}", escaped(&new)) };
        body.push_str(&format!("    use shared.{{{}{renamed}}};\n", escaped(&name)));
        used.push(new);
    }
    random.types = used;
    for _ in 0..random.below(7) {
        body.push_str(&random.declaration());
    }
    let types = random.types.clone();

    let mut functions = Vec::new();
    for index in 0..=random.below(6) {
        let name = random.name();
        let mut names = Names::default();
        let most = random.pick(&[4, 1, 9, 18, 40]);
        let mut params: Vec<(String, String)> =
            (0..random.below(most)).map(|_| (random.name_among(&mut names), random.ty(3))).collect();
        if one_more && index == 0 {
            params.push(("one-more".to_owned(), "u8".to_owned()));
        }
        let result = if random.below(4) == 0 { String::new() } else { format!(" -> {}", random.ty(3)) };
        let signature = |written: fn(&str) -> String| {
            let params: Vec<String> = params.iter().map(|(name, ty)| format!("{}: {ty}", written(name))).collect();
            format!("{}: func({}){result}", written(&name), params.join(", "))
        };
        body.push_str(&format!("    {};\n", signature(escaped)));
        // `signature` leaves the `%` of types where they are.
        functions.push((name.clone(), signature(str::to_owned).replace('%', "")));
    }
    let (name, empty) = (escaped(&main), shared.is_empty());
    let shared = if empty { String::new() } else { format!("interface shared {{\n{shared}}}\n\n") };
    RandomWit {
        text: format!("package {package}{version};\n\n{shared}interface {name} {{\n{body}}}\n"),
        wire_name: format!("{package}/{main}{version}"),
        types,
        functions,
    }
}

/// Where the next number comes from, and what is declared so far.
struct Random<'a> {
    choices: std::slice::Iter<'a, u16>,
    types: Vec<String>,
    names: Names,
}

/// Names of one scope in lower case: WIT does not tell `HTTP` from `http`.
#[derive(Default)]
struct Names(std::collections::HashSet<String>);

const NAMES: &[&str] = &[
    "a",
    "b2",
    "type",
    "self",
    "HTTP",
    "v2-x",
    "result",
    "option",
    "box",
    "vec",
    "string",
    "async",
    "is64-bit",
    "crate",
    "Self",
    "error",
    "error-code",
    "list",
    "interface",
    "caller",
    "record",
    "use",
    "a-B-c3",
    "none",
    "some",
    "ok",
    "err",
    "cx",
    "r",
    "i32",
    "this",
    "instance",
    "clone",
    "u8-",
    "static",
    "core",
    "std",
    "isorun",
    "main-type",
    "yield",
    "map",
    "fn",
    "super",
    "default",
];

impl Random<'_> {
    /// A number below `limit`; zero for a limit of zero.
    fn below(&mut self, limit: usize) -> usize {
        let choice = self.choices.next().copied().unwrap_or_default();
        usize::from(choice).checked_rem(limit).unwrap_or_default()
    }

    fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[self.below(among.len())]
    }

    /// A name that no type or function of the package has.
    fn name(&mut self) -> String {
        let mut names = std::mem::take(&mut self.names);
        let name = self.name_among(&mut names);
        self.names = names;
        name
    }

    fn name_among(&mut self, names: &mut Names) -> String {
        let start = self.pick(NAMES).trim_end_matches('-').to_owned();
        // `Self` is no kebab name: a word is all small or all capital.
        let start = if start == "Self" { "SELF".to_owned() } else { start };
        let numbered = (2..).map(|number| format!("{start}-n{number}"));
        let free = std::iter::once(start.clone()).chain(numbered).find(|name| !names.0.contains(&name.to_lowercase()));
        let free = free.unwrap_or_default();
        names.0.insert(free.to_lowercase());
        free
    }

    fn labels(&mut self, most: usize) -> Vec<String> {
        let mut names = Names::default();
        (0..=self.below(most)).map(|_| self.name_among(&mut names)).collect()
    }

    fn declaration(&mut self) -> String {
        let name = self.name();
        let written = escaped(&name);
        let declared = match self.below(5) {
            0 => format!("    type {written} = {};\n", self.ty(2)),
            1 => {
                let labels = self.labels(9);
                let fields: Vec<String> =
                    labels.iter().map(|label| format!("{}: {}", escaped(label), self.ty(2))).collect();
                format!("    record {written} {{ {} }}\n", fields.join(", "))
            }
            2 => {
                let most = self.pick(&[5, 2, 257]);
                let labels = self.labels(most);
                let cases: Vec<String> = labels
                    .iter()
                    .map(|label| match self.below(3) {
                        0 => escaped(label),
                        _ => format!("{}({})", escaped(label), self.ty(2)),
                    })
                    .collect();
                format!("    variant {written} {{ {} }}\n", cases.join(", "))
            }
            3 => {
                let most = self.pick(&[5, 2, 300]);
                let labels: Vec<String> = self.labels(most).iter().map(|label| escaped(label)).collect();
                format!("    enum {written} {{ {} }}\n", labels.join(", "))
            }
            _ => {
                let most = self.pick(&[8, 1, 17, 32]);
                let labels: Vec<String> = self.labels(most).iter().map(|label| escaped(label)).collect();
                format!("    flags {written} {{ {} }}\n", labels.join(", "))
            }
        };
        self.types.push(name);
        declared
    }

    /// A type, in WIT spelling.
    fn ty(&mut self, depth: usize) -> String {
        const SCALARS: &[&str] =
            &["u8", "bool", "char", "f32", "f64", "s8", "s16", "s32", "s64", "u16", "u32", "u64", "string"];
        let kinds = if depth == 0 { 2 } else { 9 };
        let inner = |random: &mut Self| random.ty(depth.saturating_sub(1));
        match self.below(kinds) {
            1 if !self.types.is_empty() => {
                let index = self.below(self.types.len());
                escaped(&self.types[index])
            }
            2 => format!("list<{}>", inner(self)),
            3 => format!("option<{}>", inner(self)),
            4 => match self.below(4) {
                0 => "result".to_owned(),
                1 => format!("result<{}>", inner(self)),
                2 => format!("result<_, {}>", inner(self)),
                _ => format!("result<{}, {}>", inner(self), inner(self)),
            },
            5 => {
                let count = self.pick(&[2, 1, 5, 16]);
                let types: Vec<String> = (0..count).map(|_| inner(self)).collect();
                format!("tuple<{}>", types.join(", "))
            }
            6 => {
                let length = self.pick(&[1, 3, 8]);
                format!("list<{}, {length}>", inner(self))
            }
            7 => {
                let key = self.pick(&["string", "u32", "char", "s8", "bool"]);
                format!("map<{key}, {}>", inner(self))
            }
            _ => self.pick(SCALARS).to_owned(),
        }
    }
}

/// `%type`: right for keywords, and allowed for all.
fn escaped(name: &str) -> String {
    format!("%{name}")
}

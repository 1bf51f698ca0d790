//! The text form of a recipe.

use std::fmt::{self, Write};
use std::str::{Chars, FromStr};
use std::time::Duration;

use super::{Recipe, Wire};
use crate::error::recipe::ParseRecipeError;
use crate::guest::policy::{GiveUp, Restart, Reuse};

/// The first line: the form and its version.
const HEAD: &str = "isorun recipe 1;";

/// The most bytes of a recipe's text.
const MOST_BYTES: usize = 16 << 20;

impl fmt::Display for Recipe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}")?;
        writeln!(f, "app {} {};", Quoted(&self.app), Hex(&self.sha256))?;
        writeln!(f, "name {};", Quoted(&self.name))?;
        writeln!(f, "epoch {};", self.epoch)?;
        match self.reuse {
            Reuse::Serial => writeln!(f, "reuse serial;"),
            Reuse::Fresh => writeln!(f, "reuse fresh;"),
            Reuse::Pool(stores) => writeln!(f, "reuse pool {stores};"),
        }?;
        match self.restart {
            Restart::Never => writeln!(f, "restart never;"),
            Restart::Limited { max, within } => writeln!(f, "restart {max} within {} ns;", within.as_nanos()),
        }?;
        writeln!(f, "queue {} calls;", self.queue)?;
        writeln!(f, "min-fuel {} units;", self.min_fuel)?;
        writeln!(f, "min-time {} ns;", self.min_time.as_nanos())?;
        match self.give_up {
            GiveUp::Cancel => writeln!(f, "give-up cancel;"),
            GiveUp::Finish { fuel, time } => writeln!(f, "give-up finish {fuel} units {} ns;", time.as_nanos()),
        }?;
        writeln!(f, "fuel {};", Maybe(self.fuel.map(|units| format!("{units} units"))))?;
        writeln!(f, "memory {};", Maybe(self.memory.map(|bytes| format!("{bytes} bytes"))))?;
        writeln!(f, "pays-for-itself {};", if self.pays_for_itself { "yes" } else { "no" })?;
        writeln!(f, "tenant {};", Maybe(self.tenant.as_deref().map(Quoted)))?;
        self.exports.iter().try_for_each(|export| writeln!(f, "export {};", Quoted(export)))?;
        for wire in &self.wires {
            let (origin, timeout) = (wire.origin.as_ref().map(|origin| Hex(origin)), wire.timeout);
            let timeout = timeout.map(|span| format!("{} ns", span.as_nanos()));
            write!(f, "wire {} token {} origin {}", Quoted(&wire.import), wire.token, Maybe(origin))?;
            write!(f, " timeout {} interface {} functions", Maybe(timeout), Quoted(&wire.interface))?;
            wire.functions.iter().try_for_each(|function| write!(f, " {}", Quoted(function)))?;
            writeln!(f, ";")?;
        }
        writeln!(f, "end;")
    }
}

impl FromStr for Recipe {
    type Err = ParseRecipeError;

    fn from_str(text: &str) -> Result<Recipe, ParseRecipeError> {
        if text.len() > MOST_BYTES {
            let problem = format!("the text has more than {MOST_BYTES} bytes");
            return Err(ParseRecipeError { line: 1, problem });
        }
        let mut lines = Lines { rest: text, number: 0, next: None };
        lines.take("isorun", |words| {
            words.word("recipe")?;
            match words.number::<u32>()? {
                1 => Ok(()),
                version => Err(format!("the text form has version {version}, and this program reads version 1")),
            }
        })?;
        let (app, sha256) = lines.take("app", |words| Ok((words.quoted()?, words.hex()?)))?;
        let name = lines.take("name", Words::quoted)?;
        let epoch = lines.take("epoch", Words::number)?;
        let reuse = lines.take("reuse", |words| match words.any()? {
            "serial" => Ok(Reuse::Serial),
            "fresh" => Ok(Reuse::Fresh),
            "pool" => words.number().map(Reuse::Pool),
            other => Err(format!("`{}` is none of `serial`, `fresh` and `pool`", crate::text::printable(other))),
        })?;
        let restart = lines.take("restart", |words| match words.clone().any()? {
            "never" => words.word("never").map(|()| Restart::Never),
            _ => {
                let max = words.number()?;
                words.word("within")?;
                Ok(Restart::Limited { max, within: words.span()? })
            }
        })?;
        let queue = lines.take("queue", |words| words.number_of("calls"))?;
        let min_fuel = lines.take("min-fuel", |words| words.number_of("units"))?;
        let min_time = lines.take("min-time", Words::span)?;
        let give_up = lines.take("give-up", |words| match words.any()? {
            "cancel" => Ok(GiveUp::Cancel),
            "finish" => Ok(GiveUp::Finish { fuel: words.number_of("units")?, time: words.span()? }),
            other => Err(format!("`{}` is none of `cancel` and `finish`", crate::text::printable(other))),
        })?;
        let fuel = lines.take("fuel", |words| words.maybe(|words| words.number_of("units")))?;
        let memory = lines.take("memory", |words| words.maybe(|words| words.number_of("bytes")))?;
        let pays_for_itself = lines.take("pays-for-itself", |words| match words.any()? {
            "yes" => Ok(true),
            "no" => Ok(false),
            other => Err(format!("`{}` is none of `yes` and `no`", crate::text::printable(other))),
        })?;
        let tenant = lines.take("tenant", |words| words.maybe(Words::quoted))?;
        let mut exports = Vec::new();
        while lines.leads_with("export")? {
            exports.push(lines.take("export", Words::quoted)?);
        }
        let mut wires = Vec::new();
        while lines.leads_with("wire")? {
            wires.push(lines.take("wire", wire)?);
        }
        lines.take("end", |_| Ok(()))?;
        lines.end()?;
        Ok(Recipe {
            app,
            sha256,
            name,
            epoch,
            reuse,
            restart,
            queue,
            min_fuel,
            min_time,
            give_up,
            fuel,
            memory,
            pays_for_itself,
            tenant,
            exports,
            wires,
        })
    }
}

fn wire(words: &mut Words<'_>) -> Result<Wire, String> {
    let import = words.quoted()?;
    words.word("token")?;
    let token = crate::remote::wire::token::Token::from_bytes(words.hex()?);
    words.word("origin")?;
    let origin = words.maybe(Words::hex)?;
    words.word("timeout")?;
    let timeout = words.maybe(Words::span)?;
    words.word("interface")?;
    let interface = words.quoted()?;
    words.word("functions")?;
    let mut functions = Vec::new();
    while !words.0.is_empty() {
        functions.push(words.quoted()?);
    }
    Ok(Wire { import, token, origin, timeout, interface, functions })
}

/// The lines of a text.
struct Lines<'a> {
    rest: &'a str,
    /// The number of the line that was read last.
    number: usize,
    /// A line that was looked at, and is to be read yet.
    next: Option<&'a str>,
}

impl<'a> Lines<'a> {
    fn error(&self, problem: String) -> ParseRecipeError {
        ParseRecipeError { line: self.number, problem }
    }

    /// The next line, without the `;` at its end.
    fn look(&mut self) -> Result<&'a str, ParseRecipeError> {
        if let Some(line) = self.next {
            return Ok(line);
        }
        self.number += 1;
        let whole = self.rest.split_once('\n');
        let (line, rest) = whole.ok_or_else(|| self.error("the text ends here, before its line `end;`".into()))?;
        let line = line.strip_suffix(';').ok_or_else(|| self.error("the line does not end with `;`".into()))?;
        (self.rest, self.next) = (rest, Some(line));
        Ok(line)
    }

    fn leads_with(&mut self, key: &str) -> Result<bool, ParseRecipeError> {
        let line = self.look()?;
        Ok(line.split(' ').next() == Some(key))
    }

    /// Reads the next line, which leads with this key.
    fn take<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&mut Words<'a>) -> Result<T, String>,
    ) -> Result<T, ParseRecipeError> {
        let mut words = Words(self.look()?);
        self.next = None;
        let value = words.word(key).and_then(|()| read(&mut words)).and_then(|value| words.end().map(|()| value));
        value.map_err(|problem| self.error(problem))
    }

    fn end(mut self) -> Result<(), ParseRecipeError> {
        self.number += 1;
        match self.rest.is_empty() {
            true => Ok(()),
            false => Err(self.error("there is something behind the line `end;`".into())),
        }
    }
}

/// The rest of a line: words with one space between two of them.
#[derive(Clone)]
struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn any(&mut self) -> Result<&'a str, String> {
        let (word, rest) = match self.0.split_once(' ') {
            Some((_, "")) => return Err("there is a space at its end".into()),
            Some(both) => both,
            None => (self.0, ""),
        };
        self.0 = rest;
        if word.is_empty() { Err("something is missing".into()) } else { Ok(word) }
    }

    fn word(&mut self, wanted: &str) -> Result<(), String> {
        match self.any() {
            Ok(word) if word == wanted => Ok(()),
            _ => Err(format!("`{wanted}` is missing")),
        }
    }

    /// A number as it is written, without zeros or a sign before it.
    fn number<T: FromStr + fmt::Display>(&mut self) -> Result<T, String> {
        let word = self.any()?;
        let number = word.parse::<T>().ok().filter(|number| number.to_string() == word);
        number.ok_or_else(|| format!("`{}` is no number that can stand here", crate::text::printable(word)))
    }

    fn number_of<T: FromStr + fmt::Display>(&mut self, unit: &str) -> Result<T, String> {
        let number = self.number()?;
        self.word(unit).map(|()| number)
    }

    fn span(&mut self) -> Result<Duration, String> {
        const SECOND: u128 = 1_000_000_000;
        let nanos: u128 = self.number_of("ns")?;
        let seconds = u64::try_from(nanos / SECOND).map_err(|_| "the span is too long".to_string())?;
        Ok(Duration::new(seconds, (nanos % SECOND) as u32))
    }

    fn hex<const N: usize>(&mut self) -> Result<[u8; N], String> {
        let (word, mut bytes) = (self.any()?, [0; N]);
        let wrong = || format!("{} hex digits are wanted, in small letters", 2 * N);
        let digit = |digit: u8| match digit {
            b'0'..=b'9' => Ok(digit - b'0'),
            b'a'..=b'f' => Ok(digit - b'a' + 10),
            _ => Err(wrong()),
        };
        let (pairs, []) = word.as_bytes().as_chunks::<2>() else { return Err(wrong()) };
        if pairs.len() != N {
            return Err(wrong());
        }
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = (digit(*high)? << 4) | digit(*low)?;
        }
        Ok(bytes)
    }

    fn maybe<T>(&mut self, read: impl FnOnce(&mut Words<'a>) -> Result<T, String>) -> Result<Option<T>, String> {
        match self.clone().any()? {
            "none" => self.word("none").map(|()| None),
            _ => read(self).map(Some),
        }
    }

    /// A text in quotes, exactly as [`Quoted`] writes it.
    fn quoted(&mut self) -> Result<String, String> {
        let unquoted = || "a text in quotes is wanted".to_string();
        let mut chars = self.0.strip_prefix('"').ok_or_else(unquoted)?.chars();
        let mut text = String::new();
        loop {
            match chars.next().ok_or_else(unquoted)? {
                '"' => break,
                '\\' => {
                    text.push(escaped(&mut chars).ok_or_else(|| "a `\\` stands before something else".to_string())?)
                }
                other => text.push(other),
            }
        }
        let rest = chars.as_str();
        let (whole, next) = (&self.0[..self.0.len() - rest.len()], rest.strip_prefix(' '));
        self.0 = match (rest, next) {
            ("", _) => "",
            (_, Some(next)) if !next.is_empty() => next,
            _ => return Err("one space is wanted behind a text in quotes".into()),
        };
        if Quoted(&text).to_string() != whole {
            return Err("a text in quotes is spelled in another way than it would be written".into());
        }
        Ok(text)
    }

    fn end(&self) -> Result<(), String> {
        if self.0.is_empty() { Ok(()) } else { Err(format!("`{}` is too much", crate::text::printable(self.0))) }
    }
}

/// What stands behind a `\`.
fn escaped(chars: &mut Chars<'_>) -> Option<char> {
    match chars.next()? {
        quote @ ('"' | '\\') => Some(quote),
        'u' => {
            let rest = chars.as_str().strip_prefix('{')?;
            let (digits, rest) = rest.split_once('}')?;
            *chars = rest.chars();
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        }
        _ => None,
    }
}

/// A text in quotes, on one line.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for char in self.0.chars() {
            match char {
                '"' | '\\' => write!(f, "\\{char}")?,
                // What a terminal or an editor may not show as it is.
                _ if !char.is_ascii_graphic() && char != ' ' && !char.is_alphanumeric() => {
                    write!(f, "\\u{{{:x}}}", u32::from(char))?;
                }
                _ => f.write_char(char)?,
            }
        }
        f.write_char('"')
    }
}

struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Maybe<T>(Option<T>);

impl<T: fmt::Display> fmt::Display for Maybe<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.write_str("none"),
        }
    }
}

//! From the tokens of a file to its part of the outline.
//!
//! The grammar is not checked: what is not WIT is for the parser to say. A word is taken for what it is in WIT that is correct.

use std::iter::Peekable;
use std::ops::Range;

use super::bounds;
use super::names::Scope;
use super::token::{Token, Tokens};
use super::{Alias, ExternalId, Holder, HolderKind, List, Named, Outline, Source, Spot, Type, UsePath};
use crate::file::WitFile;
use crate::mistake::Mistake;

/// Adds a file to the outline, as far as the bounds allow.
pub(super) fn file<'t>(outline: &mut Outline<'t>, index: u32, file: &'t WitFile) -> Result<(), Box<Mistake>> {
    let tokens = Significant { tokens: Tokens::new(&file.text) }.peekable();
    let list = outline.lists.len() as u32;
    outline.lists.push(List { group: file.group, package: None, aliases: Vec::new() });
    let mut scan = Scan { outline, file: index, group: file.group, text: &file.text, tokens, last: 0, broken: None };
    scan.forbidden_characters();
    scan.lists(list);
    scan.broken.map_or(Ok(()), Err)
}

/// The tokens that are no comments.
#[derive(Clone)]
struct Significant<'t> {
    tokens: Tokens<'t>,
}

impl<'t> Iterator for Significant<'t> {
    type Item = (Range<usize>, Token<'t>);

    fn next(&mut self) -> Option<Self::Item> {
        self.tokens.by_ref().find(|(_, token)| *token != Token::Comment)
    }
}

struct Scan<'o, 't> {
    outline: &'o mut Outline<'t>,
    file: u32,
    group: usize,
    text: &'t str,
    tokens: Peekable<Significant<'t>>,
    /// Where the last token ended.
    last: usize,
    /// The bound that was passed. No token follows then.
    broken: Option<Box<Mistake>>,
}

/// What the attributes before an item say.
#[derive(Default)]
struct Attributes {
    since: u32,
    unstable: u32,
    deprecated: u32,
    /// Where the first of them begins.
    start: Option<usize>,
    last: Option<Spot>,
}

impl<'t> Scan<'_, 't> {
    fn next(&mut self) -> Option<(Range<usize>, Token<'t>)> {
        if self.broken.is_some() {
            return None;
        }
        let (range, token) = self.tokens.next()?;
        self.last = range.end;
        if let Token::Word(_) | Token::Name(_) | Token::Text = token
            && let Err(mistake) = bounds::word(&mut self.outline.words, &token, range.len())
        {
            let place = self.outline.place(self.spot(&range));
            self.broken = Some(Box::new(mistake.at(place)));
            return None;
        }
        Some((range, token))
    }

    fn peek(&mut self) -> Option<Token<'t>> {
        if self.broken.is_some() { None } else { self.tokens.peek().map(|(_, token)| *token) }
    }

    fn peek_start(&mut self) -> usize {
        self.tokens.peek().map_or(self.text.len(), |(range, _)| range.start)
    }

    fn eat(&mut self, wanted: Token<'_>) -> bool {
        let found = self.peek() == Some(wanted);
        if found {
            self.next();
        }
        found
    }

    fn eat_mark(&mut self, mark: u8) -> bool {
        self.eat(Token::Mark(mark))
    }

    fn spot(&self, range: &Range<usize>) -> Spot {
        Spot { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    /// A name, which may also be a keyword: the parser says which names are.
    fn name(&mut self) -> Option<Named<'t>> {
        let (Token::Word(text) | Token::Name(text)) = self.peek()? else { return None };
        let (range, _) = self.next()?;
        Some(Named { text, at: self.spot(&range) })
    }

    /// Skips to behind the next `;` at this level. It stops before a `}`, which then ends what it ends.
    fn skip_statement(&mut self) {
        while self.peek() != Some(Token::Mark(b'}')) && self.next().is_some_and(|(_, token)| token != Token::Mark(b';'))
        {
        }
    }

    /// Skips a token that has no place here, with all that is in its braces.
    fn skip(&mut self) {
        let mut depth = 0_u32;
        while let Some((_, token)) = self.next() {
            match token {
                Token::Mark(b'{') => depth += 1,
                Token::Mark(b'}') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// Characters by which a text can show something else than it means; the parser refuses them too.
    fn forbidden_characters(&mut self) {
        let hidden = |letter: char| {
            (letter.is_control() && !matches!(letter, '\n' | '\r' | '\t'))
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        for (at, letter) in self.text.char_indices().filter(|(_, letter)| hidden(*letter)) {
            let mistake = Mistake::new(format!(
                "the character U+{:04X} must not stand in WIT, because it can hide what is written",
                u32::from(letter)
            ));
            let spot = self.spot(&(at..at + letter.len_utf8()));
            self.outline.wrong(spot, None, mistake.help("remove it"));
        }
    }

    /// The items of the file, and of the packages that are nested in it.
    fn lists(&mut self, file_list: u32) {
        let mut list = file_list;
        while self.peek().is_some() {
            let attributes = self.attributes();
            let start = attributes.start.unwrap_or(self.peek_start());
            match self.next().map(|(_, token)| token) {
                Some(Token::Word("interface")) => self.holder(HolderKind::Interface, list, start),
                Some(Token::Word("world")) => self.holder(HolderKind::World, list, start),
                Some(Token::Word("use")) => self.alias(list, start),
                Some(Token::Word("package")) => list = self.package(list),
                Some(Token::Mark(b'}')) => list = file_list,
                _ => {}
            }
        }
    }

    /// `package a:b;` or the head of `package a:b { .. }`. Gives the list to which the items belong that follow.
    fn package(&mut self, list: u32) -> u32 {
        let Some(namespace) = self.name() else { return list };
        self.eat_mark(b':');
        let Some(name) = self.name() else { return list };
        let version = self.version();
        let at = Spot { end: name.at.end, ..namespace.at };
        let index = self.outline.package(full_name(namespace.text, name.text, version), at);
        self.outline.packages[index as usize].group.get_or_insert(self.group);
        // Where it is mentioned before it is defined, the place of the definition is the better one.
        if self.eat_mark(b'{') {
            self.outline.lists.push(List { group: self.group, package: Some(index), aliases: Vec::new() });
            return self.outline.lists.len() as u32 - 1;
        }
        self.outline.main[self.group].get_or_insert(index);
        self.eat_mark(b';');
        list
    }

    /// `@1.0.0-rc.1`, without the `@`.
    fn version(&mut self) -> Option<&'t str> {
        if self.eat_mark(b'@') { self.version_number() } else { None }
    }

    fn version_number(&mut self) -> Option<&'t str> {
        let start = self.peek_start();
        let mut end = start;
        loop {
            match self.peek() {
                Some(Token::Number | Token::Word(_) | Token::Mark(b'-' | b'+')) => {}
                // A `.` may also begin the names of a `use`.
                Some(Token::Mark(b'.')) => {
                    let mut ahead = self.tokens.clone();
                    ahead.next();
                    if !matches!(ahead.next(), Some((_, Token::Number | Token::Word(_) | Token::Mark(b'-')))) {
                        break;
                    }
                }
                _ => break,
            }
            // `use a:b/c@1.0.0 as d` and `include a:b/c@1.0.0 with { .. }` go on with a word, behind a space.
            if end != start && self.peek_start() != end {
                break;
            }
            let Some((range, _)) = self.next() else { break };
            end = range.end;
        }
        let text = self.text.get(start..end)?;
        if let Err(mistake) = bounds::version(text) {
            let place = self.outline.place(self.spot(&(start..end)));
            self.broken = Some(Box::new(mistake.at(place)));
        }
        Some(text)
    }

    /// `types`, or `a:b/types@1.0.0`.
    fn path(&mut self) -> Option<UsePath<'t>> {
        let first = self.name()?;
        if !self.eat_mark(b':') {
            return Some(UsePath { package: None, name: first });
        }
        self.rest_of_path(first)
    }

    /// What follows `a:` in a path.
    fn rest_of_path(&mut self, namespace: Named<'t>) -> Option<UsePath<'t>> {
        let package = self.name()?;
        self.eat_mark(b'/');
        let name = self.name()?;
        let version = self.version();
        let at = Spot { end: package.at.end, ..namespace.at };
        let package = self.outline.package(full_name(namespace.text, package.text, version), at);
        Some(UsePath { package: Some(package), name })
    }

    /// `use path as name;` outside of interfaces and worlds.
    fn alias(&mut self, list: u32, start: usize) {
        let Some(path) = self.path() else { return };
        let name = if self.eat(Token::Word("as")) { self.name() } else { Some(path.name) };
        let Some(name) = name else { return };
        // What does not end is left in its place, for the parser to find.
        let end = if self.eat_mark(b';') { self.last } else { start };
        let alias = Alias { name: name.text, path, range: start..end, file: self.file };
        self.outline.lists[list as usize].aliases.push(alias);
    }

    /// The attributes before an item, with a mistake for those that exclude each other: the parser fails over some of them.
    fn attributes(&mut self) -> Attributes {
        let mut found = Attributes::default();
        while self.peek() == Some(Token::Mark(b'@')) {
            let start = self.peek_start();
            self.next();
            found.start.get_or_insert(start);
            let Some(name) = self.name() else { break };
            found.last = Some(name.at);
            match name.text {
                "since" => found.since += 1,
                "unstable" => found.unstable += 1,
                "deprecated" => found.deprecated += 1,
                _ => {}
            }
            if self.eat_mark(b'(') {
                while let Some((_, token)) = self.next() {
                    match token {
                        Token::Mark(b')') => break,
                        Token::Mark(b'=') if self.peek() == Some(Token::Number) => {
                            self.version_number();
                        }
                        _ => {}
                    }
                }
            }
            if name.text == "external-id" && self.text.as_bytes().get(self.last.wrapping_sub(1)) == Some(&b')') {
                self.outline.external_ids.push(ExternalId { file: self.file, range: start..self.last });
            }
        }
        let wrong = match &found {
            Attributes { since: 2.., .. } => "`@since` stands twice before one item",
            Attributes { unstable: 2.., .. } => "`@unstable` stands twice before one item",
            Attributes { deprecated: 2.., .. } => "`@deprecated` stands twice before one item",
            Attributes { since: 1, unstable: 1, .. } => "an item is `@since` a version or `@unstable`, not both",
            Attributes { deprecated: 1, since: 0, unstable: 0, .. } => {
                "`@deprecated` needs a `@since` or an `@unstable` beside it"
            }
            _ => return found,
        };
        if let Some(at) = found.last {
            self.outline.wrong(at, None, Mistake::new(wrong).help("correct the attributes of this item"));
        }
        found
    }

    /// Begins an interface or a world, which has nothing in it yet, and tells its place in the outline.
    fn open(&mut self, kind: HolderKind, name: Named<'t>, list: u32, start: usize) -> u32 {
        let index = self.outline.holders.len() as u32;
        self.outline.holders.push(Holder {
            kind,
            name,
            list,
            range: start..start,
            refers: Vec::new(),
            items: 0,
            includes: Vec::new(),
        });
        index
    }

    /// An interface or a world, after its keyword.
    fn holder(&mut self, kind: HolderKind, list: u32, start: usize) {
        let Some(name) = self.name() else { return };
        let index = self.open(kind, name, list, start);
        if !self.eat_mark(b'{') {
            return;
        }
        let ends = if kind == HolderKind::World { self.world_items(index, list) } else { self.interface_items(index) };
        // What does not end is left in its place, for the parser to find.
        if ends {
            self.outline.holders[index as usize].range.end = self.last;
        }
    }

    /// The items of an interface, to behind its closing brace. Gives whether there is one.
    fn interface_items(&mut self, holder: u32) -> bool {
        let mut scope = Scope::new("interface");
        while self.peek().is_some() {
            if self.eat_mark(b'}') {
                return true;
            }
            self.attributes();
            match self.peek() {
                Some(Token::Word(keyword)) if is_type_or_use(keyword) => self.type_or_use(keyword, holder, &mut scope),
                _ => match self.name() {
                    Some(name) => {
                        scope.add(self.outline, name);
                        self.function();
                    }
                    None => self.skip(),
                },
            }
            self.outline.holders[holder as usize].items += 1;
        }
        false
    }

    fn type_or_use(&mut self, keyword: &'t str, holder: u32, scope: &mut Scope<'t>) {
        self.next();
        if keyword == "use" {
            return self.used(holder, scope);
        }
        let Some(name) = self.name() else { return };
        scope.add(self.outline, name);
        let mut nesting = 0;
        let mut words = Vec::new();
        match keyword {
            "type" => {
                self.eat_mark(b'=');
                nesting = self.value_type(&mut words);
                self.eat_mark(b';');
            }
            "resource" => self.resource(),
            _ => nesting = self.members(keyword, &mut words),
        }
        let source = Source::Defined(words);
        self.outline.types.push(Type { holder, name, nesting, source });
    }

    /// `use path.{name, name as other};`, after its keyword.
    fn used(&mut self, holder: u32, scope: &mut Scope<'t>) {
        let Some(path) = self.path() else { return };
        self.outline.holders[holder as usize].refers.push(path);
        self.eat_mark(b'.');
        if !self.eat_mark(b'{') {
            return;
        }
        while let Some(original) = self.name() {
            let name = if self.eat(Token::Word("as")) { self.name() } else { None }.unwrap_or(original);
            scope.add(self.outline, name);
            let source = Source::Used(path, original.text);
            self.outline.types.push(Type { holder, name, nesting: 0, source });
            self.eat_mark(b',');
        }
        self.eat_mark(b'}');
        self.eat_mark(b';');
    }

    /// The functions in the braces of a resource.
    fn resource(&mut self) {
        if !self.eat_mark(b'{') {
            self.eat_mark(b';');
            return;
        }
        let mut scope = Scope::new("resource");
        while self.peek().is_some() && !self.eat_mark(b'}') {
            self.attributes();
            match self.name() {
                // It has no name, and no `:` behind it.
                Some(Named { text: "constructor", .. }) if self.peek() == Some(Token::Mark(b'(')) => self.function(),
                Some(name) => {
                    scope.add(self.outline, name);
                    self.function();
                }
                None => self.skip(),
            }
        }
    }

    /// The fields, cases or flags in braces, with the words of their types. Gives how deep these are nested.
    fn members(&mut self, keyword: &'t str, words: &mut Vec<&'t str>) -> u32 {
        let mut scope = Scope::new(keyword);
        let mut nesting = 0;
        if !self.eat_mark(b'{') {
            return 0;
        }
        while self.peek().is_some() && !self.eat_mark(b'}') {
            match self.name() {
                Some(name) => scope.add(self.outline, name),
                None => self.skip(),
            }
            if self.eat_mark(b':') || self.eat_mark(b'(') {
                nesting = nesting.max(self.value_type(words));
                self.eat_mark(b')');
            }
            self.eat_mark(b',');
        }
        nesting + 1
    }

    /// A type to before what follows it. Its words are added to `words`; gives how deep it is nested.
    fn value_type(&mut self, words: &mut Vec<&'t str>) -> u32 {
        let (mut depth, mut deepest) = (0_u32, 0);
        loop {
            match self.peek() {
                Some(Token::Word(word)) if is_type_keyword(word) => {}
                Some(Token::Word(word) | Token::Name(word)) => words.push(word),
                Some(Token::Mark(b'<')) => {
                    depth += 1;
                    deepest = deepest.max(depth);
                }
                Some(Token::Mark(b'>')) => depth = depth.saturating_sub(1),
                Some(Token::Number | Token::Mark(b'_')) => {}
                Some(Token::Mark(b',')) if depth > 0 => {}
                _ => return deepest,
            }
            self.next();
        }
    }

    /// A function after its name, to behind its `;`.
    fn function(&mut self) {
        while matches!(self.peek(), Some(Token::Mark(b':') | Token::Word("static" | "async" | "func"))) {
            self.next();
        }
        let mut scope = Scope::new("parameters");
        let mut words = Vec::new();
        if self.eat_mark(b'(') {
            let mut count = 0;
            while self.peek().is_some() && !self.eat_mark(b')') {
                let Some(name) = self.name() else { break };
                scope.add(self.outline, name);
                count += 1;
                if let Err(mistake) = bounds::parameters(count) {
                    let place = self.outline.place(name.at);
                    self.broken = Some(Box::new(mistake.at(place)));
                    return;
                }
                self.eat_mark(b':');
                self.value_type(&mut words);
                self.eat_mark(b',');
            }
        }
        if self.eat(Token::Arrow) {
            self.value_type(&mut words);
        }
        self.skip_statement();
    }

    /// The items of a world, to behind its closing brace. Gives whether there is one.
    fn world_items(&mut self, world: u32, list: u32) -> bool {
        let mut scope = Scope::new("world");
        while self.peek().is_some() {
            if self.eat_mark(b'}') {
                return true;
            }
            let attributes = self.attributes();
            let start = attributes.start.unwrap_or(self.peek_start());
            match self.peek() {
                Some(Token::Word(keyword)) if is_type_or_use(keyword) => self.type_or_use(keyword, world, &mut scope),
                Some(Token::Word("import" | "export")) => {
                    self.next();
                    self.extern_item(world, list, start);
                }
                Some(Token::Word("include")) => {
                    self.next();
                    self.include(world);
                }
                _ => self.skip(),
            }
            self.outline.holders[world as usize].items += 1;
        }
        false
    }

    /// What is imported or exported, after that keyword.
    fn extern_item(&mut self, world: u32, list: u32, start: usize) {
        let Some(name) = self.name() else { return };
        if !self.eat_mark(b':') {
            self.eat_mark(b';');
            self.outline.holders[world as usize].refers.push(UsePath { package: None, name });
            return;
        }
        match self.peek() {
            Some(Token::Word("func" | "async")) => self.function(),
            Some(Token::Word("interface")) => {
                self.next();
                self.inline(name, list, start);
            }
            _ => {
                let path = self.path_behind(name);
                self.outline.holders[world as usize].refers.extend(path);
                self.skip_statement();
            }
        }
    }

    /// An interface that is written in a world.
    fn inline(&mut self, name: Named<'t>, list: u32, start: usize) {
        let index = self.open(HolderKind::Inline, name, list, start);
        if self.eat_mark(b'{') {
            self.interface_items(index);
        }
    }

    /// What follows `name:` where an interface is meant: `name` is the namespace of `name:package/interface`, or stands for a path.
    fn path_behind(&mut self, name: Named<'t>) -> Option<UsePath<'t>> {
        let mut ahead = self.tokens.clone();
        ahead.next();
        match ahead.next() {
            Some((_, Token::Mark(b'/'))) => self.rest_of_path(name),
            _ => self.path(),
        }
    }

    /// `include path with { name as other };`, after its keyword.
    fn include(&mut self, world: u32) {
        let Some(path) = self.path() else { return };
        let holder = &mut self.outline.holders[world as usize];
        holder.refers.push(path);
        holder.includes.push(path);
        if self.eat(Token::Word("with")) {
            while self.next().is_some_and(|(_, token)| token != Token::Mark(b'}')) {}
        }
        self.eat_mark(b';');
    }
}

/// `a:b@1.0.0`.
fn full_name(namespace: &str, name: &str, version: Option<&str>) -> String {
    match version {
        Some(version) => format!("{namespace}:{name}@{version}"),
        None => format!("{namespace}:{name}"),
    }
}

/// Whether a definition of a type or a `use` begins with this word.
fn is_type_or_use(word: &str) -> bool {
    matches!(word, "type" | "record" | "variant" | "flags" | "enum" | "resource" | "use")
}

/// Whether a word in a type is none of the names that WIT defines.
fn is_type_keyword(word: &str) -> bool {
    matches!(
        word,
        "bool"
            | "s8"
            | "u8"
            | "s16"
            | "u16"
            | "s32"
            | "u32"
            | "s64"
            | "u64"
            | "f32"
            | "f64"
            | "char"
            | "string"
            | "list"
            | "map"
            | "option"
            | "result"
            | "tuple"
            | "stream"
            | "future"
            | "own"
            | "borrow"
            | "error-context"
            | "_"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn words_of_types_are_found_and_labels_are_not() {
        let text = "package a:b; interface i { type a = u8; record r { a: list<option<a>>, b: %list }
            variant v { x(tuple<r, list<u8, 4>>), a } f: func(a: v) -> result<_, a>; } world w { include x with { a as b } }";
        let files = [WitFile::of_text(text)];
        let outline = Outline::of(&files).unwrap();
        let found: HashMap<_, _> = outline.types.iter().map(|ty| (ty.name.text, (ty.nesting, &ty.source))).collect();
        assert!(matches!(found["r"], (3, Source::Defined(words)) if *words == ["a", "list"]), "{found:?}");
        assert!(matches!(found["v"], (3, Source::Defined(words)) if *words == ["r"]), "{found:?}");
        assert_eq!(outline.worlds_of(0), ["w"]);
    }
}

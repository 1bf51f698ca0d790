//! An app that provides what `desk` imports: an interface that its world defines in place, functions at its root, one interface under two
//! names, and a function that is not for everybody yet.

use std::cell::{Cell, RefCell};

wit_bindgen::generate!({
    path: "../wit/desk",
    world: "test:desk/shelf",
    features: ["dimmer"],
    generate_all,
});

use exports::clip::Snippet;

struct Shelf;

export!(Shelf);

thread_local! {
    static SNIPPET: RefCell<Option<Snippet>> = const { RefCell::new(None) };
    static LINES: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static PRIMARY: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static BACKUP: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
    static BRIGHTNESS: Cell<u8> = const { Cell::new(100) };
}

impl Guest for Shelf {
    fn log(line: String) {
        LINES.with_borrow_mut(|lines| lines.push(line));
    }

    fn add(a: u32, b: u32) -> u32 {
        a.wrapping_add(b)
    }

    fn lines() -> Vec<String> {
        LINES.with_borrow(Vec::clone)
    }
}

impl exports::clip::Guest for Shelf {
    fn copy(snippet: Snippet) {
        SNIPPET.set(Some(snippet));
    }

    fn paste() -> Option<Snippet> {
        SNIPPET.with_borrow_mut(|snippet| {
            let snippet = snippet.as_mut()?;
            snippet.copies += 1;
            Some(Snippet { text: snippet.text.clone(), copies: snippet.copies })
        })
    }
}

/// The first number that it gives a paper is 1.
impl exports::primary::Guest for Shelf {
    fn put(paper: String) -> u32 {
        PRIMARY.with_borrow_mut(|papers| {
            papers.push(paper);
            papers.len() as u32
        })
    }

    fn get(number: u32) -> Option<String> {
        PRIMARY.with_borrow(|papers| papers.get(number.checked_sub(1)? as usize).cloned())
    }
}

/// The first number that it gives a paper is 1001.
impl exports::backup::Guest for Shelf {
    fn put(paper: String) -> u32 {
        BACKUP.with_borrow_mut(|papers| {
            papers.push(paper);
            1000 + papers.len() as u32
        })
    }

    fn get(number: u32) -> Option<String> {
        BACKUP.with_borrow(|papers| papers.get(number.checked_sub(1001)? as usize).cloned())
    }
}

impl exports::test::desk::lamp::Guest for Shelf {
    fn switch(on: bool) {
        if !on {
            BRIGHTNESS.set(0);
        }
    }

    fn dim(percent: u8) -> u8 {
        BRIGHTNESS.replace(percent)
    }
}

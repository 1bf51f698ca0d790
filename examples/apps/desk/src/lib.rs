//! An app whose world says what worlds can say beside interfaces of packages. It hands everything on to what it imports, so that tests see
//! whether that was the right provider.

use clip::Snippet;

wit_bindgen::generate!({
    path: "../wit/desk",
    world: "test:desk/desk",
    features: ["dimmer"],
    generate_all,
});

struct Desk;

export!(Desk);

impl Guest for Desk {
    fn round_trip(text: String) -> String {
        log(&format!("copying {text}"));
        clip::copy(&Snippet { text, copies: 1 });
        match clip::paste() {
            Some(Snippet { text, copies }) => format!("{text} ({copies})"),
            None => "nothing".into(),
        }
    }

    fn file(paper: String) -> (u32, u32) {
        (primary::put(&paper), backup::put(&paper))
    }

    fn fetch(number: u32) -> Option<String> {
        backup::get(number)
    }

    fn total(numbers: Vec<u32>) -> u32 {
        numbers.into_iter().fold(0, add)
    }

    fn dim(percent: u8) -> u8 {
        test::desk::lamp::switch(true);
        test::desk::lamp::dim(percent)
    }
}

//! The greeter in Rust.

use exports::example::greeter::greeter::{Guest, Person};
use isorun::log::log::{self, Level};

wit_bindgen::generate!({ path: "../wit", world: "app", generate_all });

struct App;

export!(App);

impl Guest for App {
    fn greet(name: String) -> String {
        format!("Hello, {name}!")
    }

    fn greet_all(people: Vec<Person>) -> Vec<String> {
        people.iter().map(greeting).collect()
    }
}

fn greeting(person: &Person) -> String {
    let hello = person.languages.iter().find_map(|language| hello(language)).unwrap_or("Hello");
    let greeting = format!("{hello}, {}!", person.name);
    log::write(Level::Info, &greeting);
    greeting
}

fn hello(language: &str) -> Option<&'static str> {
    match language {
        "en" => Some("Hello"),
        "eo" => Some("Saluton"),
        "fr" => Some("Bonjour"),
        _ => None,
    }
}

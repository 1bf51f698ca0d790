//! A web service for notes: `isorun:server`, on top of `isorun:kv`.
//!
//! | request | answer |
//! | --- | --- |
//! | `GET /notes` | 200 and the names, one a line, sorted |
//! | `GET /notes/<name>` | 200 and the note, or 404 |
//! | `PUT /notes/<name>` | 201 for a new note, 204 for one that was replaced |
//! | `DELETE /notes/<name>` | 204, or 404 |
//! | `GET /spin` | none: it loops for ever, to show what a budget is for |
//!
//! A note is text. A name is text of 1 to 100 bytes without control characters, percent-encoded in the path; it may
//! contain `/`. `HEAD` works wherever `GET` does. What is asked for wrongly is 400, 404 or 405, a note that the store
//! does not take is 413 or 507, and a store that fails is 500.
//!
//! It has no state of its own, so it can be started for every request anew.

mod answer;
mod route;

use exports::isorun::server::server::{Guest, Method, Request, Response};
use isorun::kv::kv;
use route::Route;

wit_bindgen::generate!({
    path: ["../../../wit/kv", "../../../wit/server", "wit"],
    world: "app:notes/notes",
    generate_all,
});

struct Notes;

export!(Notes);

impl Guest for Notes {
    fn handle(request: Request) -> Response {
        let route = match Route::of(&request.path) {
            Ok(route) => route,
            Err(why) => return answer::text(400, why),
        };
        let answer = match (route, request.method) {
            (Route::All, Method::Get | Method::Head) => all(),
            (Route::All, _) => Ok(answer::not_allowed("GET, HEAD")),
            (Route::Note(key), Method::Get | Method::Head) => read(&key),
            (Route::Note(key), Method::Put) => write(&key, &request.body),
            (Route::Note(key), Method::Delete) => remove(&key),
            (Route::Note(_), _) => Ok(answer::not_allowed("GET, HEAD, PUT, DELETE")),
            (Route::Spin, Method::Get) => spin(),
            (Route::Spin, _) => Ok(answer::not_allowed("GET")),
            (Route::Nothing, _) => Ok(answer::text(404, "there is nothing here, see /notes")),
        };
        answer.unwrap_or_else(|error| answer::store_failed(&error))
    }
}

fn all() -> Result<Response, kv::Error> {
    let mut names = String::new();
    for key in kv::keys(route::KEYS)? {
        names.push_str(&key[route::KEYS.len()..]);
        names.push('\n');
    }
    Ok(answer::text(200, names))
}

fn read(key: &str) -> Result<Response, kv::Error> {
    Ok(match kv::get(key)? {
        Some(note) => answer::text(200, note),
        None => answer::text(404, "there is no such note"),
    })
}

fn write(key: &str, note: &[u8]) -> Result<Response, kv::Error> {
    if core::str::from_utf8(note).is_err() {
        return Ok(answer::text(400, "a note is text in UTF-8"));
    }
    // Between this and the next line someone else may write the same note. Then both are told that it is new, which
    // is what it was when they asked.
    let is_new = kv::get(key)?.is_none();
    kv::set(key, note)?;
    Ok(answer::empty(if is_new { 201 } else { 204 }))
}

fn remove(key: &str) -> Result<Response, kv::Error> {
    Ok(if kv::delete(key)? {
        answer::empty(204)
    } else {
        answer::text(404, "there is no such note")
    })
}

fn spin() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

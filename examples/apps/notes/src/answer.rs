//! The responses this app gives.

use crate::exports::isorun::server::server::{Header, Response};
use crate::isorun::kv::kv;

/// Text, be it a note or an explanation.
pub fn text(status: u16, text: impl Into<Vec<u8>>) -> Response {
    Response {
        status,
        headers: vec![header("content-type", "text/plain; charset=utf-8")],
        body: text.into(),
    }
}

/// A status that says it all.
pub fn empty(status: u16) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body: Vec::new(),
    }
}

/// The path is right, the method is not.
pub fn not_allowed(allowed: &str) -> Response {
    let mut response = text(405, format!("allowed here: {allowed}"));
    response.headers.push(header("allow", allowed));
    response
}

/// The store did not do what was asked of it. What the client can do about it, it is told; what happened inside, not.
pub fn store_failed(error: &kv::Error) -> Response {
    match error {
        kv::Error::InvalidKey(_) => text(400, "no note can be stored under this name"),
        kv::Error::TooLarge(limit) => text(413, format!("a note may have {limit} bytes")),
        kv::Error::NoSpace => text(507, "there is no space left for notes"),
        kv::Error::AccessDenied => text(403, "notes cannot be changed here"),
        kv::Error::Other(_) => text(500, "the store has failed"),
    }
}

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

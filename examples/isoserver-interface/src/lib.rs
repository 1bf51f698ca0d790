//! What a web server crate publishes for those who call or write its apps: one interface, as plain Rust.
//!
//! Whoever depends on this crate needs neither the WIT file nor wasmtime. `examples/downstream.rs` is such a user.

/// `isorun:server/server`: requests in, responses out.
#[isorun::interface("../../wit/server/server.wit")]
pub mod server {}

pub use server::{Caller, Header, Interface, Method, Request, Response, Server};

impl Request {
    /// A request without headers.
    pub fn new(method: Method, path: impl Into<String>, body: impl Into<Vec<u8>>) -> Request {
        Request { method, path: path.into(), headers: Vec::new(), body: body.into() }
    }

    /// A `GET` of a path.
    pub fn get(path: impl Into<String>) -> Request {
        Request::new(Method::Get, path, [])
    }
}

impl Response {
    /// A response with a text.
    pub fn text(status: u16, text: impl Into<String>) -> Response {
        let headers = vec![Header { name: "content-type".into(), value: "text/plain; charset=utf-8".into() }];
        Response { status, headers, body: text.into().into_bytes() }
    }
}

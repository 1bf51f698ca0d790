//! The same work, done by guests.

use std::time::Duration;

use isorun::runtime::{Arrival, Destination, Problem, Recipe, Resolver, Wire};
use isorun::{App, Cx, Instance, Restart, Reuse, Runtime, Token};

use super::line::Line;
use super::log::{Log, Place};
use super::node::C;
use super::{notes, work};

/// An app that does the work, in text.
const WORK: &str = r#"(component
    (import "test:notes/notes" (instance $notes
        (export "note" (func (param "id" u64) (param "effort" u32) (param "passes" bool)))))
    (import "test:simulation/work" (instance $next
        (export "run" (func (param "id" u64) (param "effort" u32) (param "load" (list u8)) (result u64)))))
    (core module $memory
        (memory (export "memory") 1)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024)))
    (core instance $memory (instantiate $memory))
    (core func $note (canon lower (func $notes "note")))
    (core func $next (canon lower (func $next "run")
        (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $code
        (import "" "note" (func $note (param i64 i32 i32)))
        (import "" "next" (func $next (param i64 i32 i32 i32) (result i64)))
        (func (export "run") (param $id i64) (param $effort i32) (param i32 i32) (result i64)
            (local $left i32)
            (call $note (local.get $id) (local.get $effort) (i32.const 0))
            (local.set $left (i32.mul (local.get $effort) (i32.const 400)))
            (loop $spin
                (if (local.get $left) (then
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br $spin))))
            (i64.add (i64.mul (local.get $id) (i64.const 3)) (i64.const 1)))
        (func (export "pass") (param $id i64) (param $effort i32) (param $at i32) (param $length i32) (result i64)
            (call $note (local.get $id) (i32.div_u (local.get $effort) (i32.const 4)) (i32.const 1))
            (call $next (local.get $id) (local.get $effort) (local.get $at) (local.get $length))))
    (core instance $code (instantiate $code
        (with "" (instance (export "note" (func $note)) (export "next" (func $next))))))
    (func $run (param "id" u64) (param "effort" u32) (param "load" (list u8)) (result u64)
        (canon lift (core func $code "run")
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (func $pass (param "id" u64) (param "effort" u32) (param "load" (list u8)) (result u64)
        (canon lift (core func $code "pass")
            (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (instance $out (export "run" (func $run)) (export "pass" (func $pass)))
    (export "test:simulation/work" (instance $out)))"#;

/// Hears what the guests of a node tell.
struct Notes {
    at: Place,
    log: Log,
}

#[isorun::system]
impl notes::Notes for Notes {
    async fn note(&self, cx: &Cx, id: u64, effort: u32, passes: bool) {
        self.log.note(id, self.at, cx, passes);
        tokio::time::sleep(Duration::from_millis(effort.into())).await;
    }
}

/// What a node has of guests.
pub(super) struct Guests {
    pub(super) app: App,
    /// Does the work: one that is kept at *b*, one for each call at *c*.
    pub(super) work: Instance,
    /// The same, which nobody calls.
    pub(super) bystander: Instance,
}

impl Guests {
    /// Makes them.
    pub(super) async fn start(runtime: &Runtime, at: Place, log: &Log, next: &Instance) -> Guests {
        runtime.register::<work::Interface>().expect("first of its name");
        runtime.register::<notes::Interface>().expect("first of its name");
        let app = runtime.add_app("work", &bytes()).await.unwrap_or_else(|error| panic!("{error}"));
        let notes = runtime.provide::<notes::Interface>(Notes { at, log: log.clone() });
        // It has no value for a provider that is down, so it ends when that is, and begins anew: that is no fault of its own.
        let restart = Restart::Limited { max: 0, within: Duration::from_secs(60) };
        let make = |reuse| runtime.instantiate(&app).with(&notes).with(next).reuse(reuse).restart(restart);
        let reuse = if at.node == C { Reuse::Fresh } else { Reuse::Serial };
        let work = make(reuse).await.unwrap_or_else(|error| panic!("{error}"));
        let bystander = make(Reuse::Serial).await.unwrap_or_else(|error| panic!("{error}"));
        Guests { app, work, bystander }
    }
}

fn bytes() -> Vec<u8> {
    wat::parse_str(WORK).expect("the text is in order")
}

/// The way of a guest to another node, and back to what it is wired to.
pub(super) struct Away {
    pub(super) there: Runtime,
    pub(super) to: Line,
    pub(super) back: Line,
}

impl Destination for Away {
    type Transport = Line;

    async fn receive(&mut self, recipe: &Recipe, state: Option<&[u8]>) -> Result<Arrival<Line>, Problem> {
        let recipe: Recipe = recipe.to_string().parse()?;
        let received = self.there.clone().receive_move(&recipe, state, self).await?;
        Ok(Arrival { tokens: received.tokens, transport: self.to.clone() })
    }

    fn abandon(&mut self, tokens: &[Token]) {
        self.there.abandon_move(tokens);
    }
}

impl Resolver for Away {
    type Transport = Line;

    async fn app(&mut self, _: [u8; 32], _: &str) -> Result<Vec<u8>, Problem> {
        Ok(bytes())
    }

    fn connect(&mut self, _: &Wire) -> Result<Line, Problem> {
        Ok(self.back.clone())
    }
}

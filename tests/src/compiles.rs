//! Which apps are compiled when, as the library reports it by `tracing`.

use std::fmt;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

/// The begin or end of a compilation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// It begins, of the app of this name.
    Begin(String),
    /// It ends.
    End(String),
}

static MOMENTS: Mutex<Vec<Moment>> = Mutex::new(Vec::new());

/// Begins to watch every runtime of this process. Tests tell theirs apart by the names of their apps.
pub fn watch() {
    static WATCHED: Once = Once::new();
    WATCHED.call_once(|| {
        tracing::subscriber::set_global_default(Watcher).expect("nobody else watches");
    });
}

/// The moments so far, of apps whose names begin so.
pub fn of(prefix: &str) -> Vec<Moment> {
    let name = |moment: &Moment| match moment {
        Moment::Begin(name) | Moment::End(name) => name.clone(),
    };
    moments().iter().filter(|moment| name(moment).starts_with(prefix)).cloned().collect()
}

/// The most compilations that ran at a time.
pub fn most_at_once(moments: &[Moment]) -> usize {
    let running = moments.iter().scan(0_usize, |running, moment| {
        match moment {
            Moment::Begin(_) => *running += 1,
            Moment::End(_) => *running -= 1,
        }
        Some(*running)
    });
    running.max().unwrap_or(0)
}

fn moments() -> MutexGuard<'static, Vec<Moment>> {
    MOMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Watcher;

impl Subscriber for Watcher {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("isorun") && metadata.is_event()
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        match fields.message.as_str() {
            "compiling" => moments().push(Moment::Begin(fields.app)),
            "compiled" | "compiling was stopped" => moments().push(Moment::End(fields.app)),
            _ => {}
        }
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Fields {
    message: String,
    app: String,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "app" {
            self.app = value.into();
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        }
    }
}

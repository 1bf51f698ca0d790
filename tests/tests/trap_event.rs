//! The event by which a trap is told, in a program of its own: `tracing` decides for a whole process which events anybody wants to hear, and
//! tests beside this one would have a say in that.

use std::fmt::Write;
use std::sync::{Arc, Mutex};

use isorun::CallError;
use isorun_tests::guests::parse;
use isorun_tests::{runtime, start};

#[tokio::test]
async fn a_trap_tells_where_it_was_and_its_message_does_not() {
    let runtime = runtime();
    let component = parse(
        r#"(component
            (core module $greeter
                (func $_ZN7greeter5greet17h05af221e174051e9E unreachable)
                (func $stripped (export "f") (call $_ZN7greeter5greet17h05af221e174051e9E)))
            (core instance $code (instantiate $greeter))
            (func (export "f") (canon lift (core func $code "f"))))"#,
    );
    let events = Events::default();
    let _guard = tracing::subscriber::set_default(events.clone());
    let error = start(&runtime, "app", &component, &[]).await.call("f", "()").await.unwrap_err();
    let CallError::Trap { frames, .. } = &error else { panic!("{error}") };
    let functions: Vec<_> = frames.iter().map(|frame| frame.function.as_deref()).collect();
    assert_eq!(functions, [Some("greeter::greet"), Some("stripped")]);
    assert!(frames.iter().all(|frame| frame.module.as_deref() == Some("greeter") && frame.offset.is_some()));
    assert!(frames[0].to_string().starts_with("greeter: greeter::greet at 0x"), "{}", frames[0]);
    assert!(!error.to_string().contains("greet::") && !format!("{error:#}").contains("greeter::greet"), "{error}");
    let told = events.0.lock().unwrap().join("\n");
    assert!(told.contains("store lost") && told.contains("greeter: greeter::greet at 0x"), "{told}");
}

/// Events as a subscriber of `tracing` sees them.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.is_event()
    }

    fn event(&self, event: &tracing::Event<'_>) {
        struct Text(String);

        impl tracing::field::Visit for Text {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                write!(self.0, "{field}={value:?} ").unwrap();
            }
        }

        let mut text = Text(String::new());
        event.record(&mut text);
        self.0.lock().unwrap().push(text.0);
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

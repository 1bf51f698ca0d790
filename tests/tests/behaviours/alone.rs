//! What is allocated for lengths that are lies. The allocator counts for the whole program, so this is looked at in one that does nothing else:
//! the test starts itself again, alone.

use std::alloc::System;
use std::process::Command;

use isorun::image::decode;
use isorun::{StaticInterface, Type, Value};
use isorun_tests::remote::{ran, status};
use isorun_tests::types::{self, Drawing, Point};
use isorun_tests::wire::call_message;
use isorun_tests::{Echo, runtime};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const ALONE: &str = "ISORUN_TEST_IS_ALONE";

/// Bytes that `work` has had allocated, kept or not.
fn allocated<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let total = || {
        let stats = ALLOCATOR.stats();
        stats.bytes_allocated + usize::try_from(stats.bytes_reallocated.max(0)).unwrap_or(0)
    };
    let before = total();
    let value = work();
    (value, total() - before)
}

/// A list's or a string's place and length, and nothing behind it.
fn bomb(length: u32) -> Vec<u8> {
    [8_u32.to_le_bytes(), length.to_le_bytes()].concat()
}

/// The longest there is; one more than may be; and such whose bytes are few again in 32 bits, for elements of 2 to 32 bytes.
fn lengths() -> impl Iterator<Item = u32> {
    let wrapping = (1..=5).flat_map(|shift| [(1_u32 << (32 - shift)) + 1, 1 << (32 - shift)]);
    [u32::MAX, 1 << 28, (1 << 28) - 1, 1 << 31].into_iter().chain(wrapping)
}

#[test]
fn b05_lengths_that_are_lies_are_refused_before_anything_is_allocated_for_them() {
    const NAME: &str = "alone::b05_lengths_that_are_lies_are_refused_before_anything_is_allocated_for_them";
    if std::env::var_os(ALONE).is_some() {
        return lies_are_refused();
    }
    let program = std::env::current_exe().unwrap();
    let run = Command::new(program).args(["--exact", NAME, "--nocapture"]).env(ALONE, "1").output().unwrap();
    let said = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&run.stderr));
}

/// Bytes that an error may take, or an answer that says what is wrong, and what is around it.
const LITTLE: usize = 16 << 10;

fn lies_are_refused() {
    let elements = [Type::U8, Type::Bool, Type::U16, Type::F64, Type::Char, Type::String, Type::list(Type::U64)];
    let pair = Type::tuple([Type::String, Type::U64, Type::String]);
    for element in elements.into_iter().chain([pair]) {
        let ty = Type::list(element);
        for length in lengths() {
            let (result, bytes) = allocated(|| Value::decode(&ty, &bomb(length)));
            assert!(result.is_err() && bytes < LITTLE, "{length} of {ty}: {bytes} bytes");
        }
    }
    macro_rules! typed {
        ($($ty:ty),*) => {$(
            for length in lengths() {
                let (result, bytes) = allocated(|| decode::<$ty>(&bomb(length)).map(drop));
                assert!(result.is_err() && bytes < LITTLE, "{length} of {}: {bytes} bytes", stringify!($ty));
            }
        )*};
    }
    typed!(String, Vec<u8>, Vec<bool>, Vec<char>, Vec<f64>, Vec<String>, Vec<Vec<u16>>, Vec<Point>, Vec<Drawing>);
    typed!(Vec<Option<u64>>, Vec<(String, u32)>);

    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let far = runtime();
    let token = far.export::<types::Interface>(&far.provide(Echo)).unwrap();
    let interface = types::Interface::interface();
    // What is made once is made now.
    let (_, function) = interface.function("echo-strings").unwrap();
    tokio.block_on(far.serve(&call_message(token, interface, function, &bomb(u32::MAX))).into_future());
    let mut called = 0;
    for function in interface
        .functions()
        .iter()
        .filter(|function| matches!(&function.params(), [param] if matches!(param.ty, Type::String | Type::List(_))))
    {
        called += 1;
        for length in lengths() {
            let message = call_message(token, interface, function, &bomb(length));
            let (reply, bytes) = allocated(|| tokio.block_on(far.serve(&message).into_future()).unwrap());
            assert_eq!((status(&reply), ran(&reply)), (9, false), "{length} to {function}");
            assert!(bytes < LITTLE, "{length} to {function}: {bytes} bytes");
        }
        // A message that says so of itself is no better.
        let mut message = call_message(token, interface, function, &bomb(0));
        message[120..124].fill(0xff);
        let (reply, bytes) = allocated(|| tokio.block_on(far.serve(&message).into_future()).unwrap());
        assert!(!ran(&reply) && bytes < LITTLE, "{function}: {bytes} bytes");
    }
    assert!(called > 10, "{called}");
}

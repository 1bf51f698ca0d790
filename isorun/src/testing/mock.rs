//! A transport for unit tests, which fails on demand.

use std::collections::VecDeque;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use crate::limits::deadline::Deadline;
use crate::remote::{Header, Status, Transport, TransportError};
use crate::runtime::Runtime;

/// A [transport](Transport) for unit tests, which fails on demand and notes what was sent. A clone is the same transport.
///
/// Faults are taken by the messages that come next, in the order in which the test has asked for them; when none is left, messages are answered.
///
/// # Examples
///
/// ```
/// use isorun::{CallError, Runtime, TransportError};
/// use isorun::remote::RemoteError;
/// use isorun::testing::MockTransport;
///
/// #[isorun::system("tests/wit/greeter.wit")]
/// impl greeter::Greeter for Polite {
///     fn greet(&self, name: &str) -> String {
///         format!("good day, {name}")
///     }
/// }
///
/// struct Polite;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (here, there) = (Runtime::new()?, Runtime::new()?);
/// let token = there.export::<greeter::Interface>(&there.provide(Polite))?;
/// let transport = MockTransport::to(&there);
/// let greeter = here.import::<greeter::Interface>(token, transport.clone()).caller::<greeter::Interface>()?;
///
/// // The other side has greeted, but its answer does not come.
/// transport.loses_replies(1);
/// let lost = greeter.greet("Ada").await.unwrap_err();
/// assert!(matches!(lost, CallError::Remote(RemoteError::Lost { .. })));
///
/// // What may be done twice is sent again.
/// transport.fails_next(TransportError::Lost("reset by peer".into()));
/// assert_eq!(greeter.greet("Ada").idempotent().await?, "good day, Ada");
/// let ids: Vec<u64> = transport.sent().iter().map(|header| header.call()).collect();
/// assert_eq!(ids, [1, 2, 2]);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct MockTransport(Arc<Mock>);

struct Mock {
    answers: Box<dyn Fn(Vec<u8>) -> Answer + Send + Sync>,
    state: Mutex<State>,
}

type Answer = Pin<Box<dyn Future<Output = Result<Vec<u8>, TransportError>> + Send>>;

#[derive(Default)]
struct State {
    faults: VecDeque<Fault>,
    delay: Duration,
    sent: Vec<Header>,
}

/// What happens to one message.
enum Fault {
    Fails(TransportError),
    Refuses(Status),
    LosesReply,
    Doubles,
}

impl MockTransport {
    /// A transport to another runtime, whose exports answer.
    pub fn to(runtime: &Runtime) -> MockTransport {
        let runtime = runtime.clone();
        MockTransport::scripted(move |message| {
            let runtime = runtime.clone();
            async move { Transport::call(&runtime, message).await }
        })
    }

    /// A transport for which an async closure answers.
    ///
    /// ```
    /// use isorun::TransportError;
    /// use isorun::testing::MockTransport;
    ///
    /// let unreachable = MockTransport::scripted(|_| async { Err(TransportError::NotSent("no route to host".into())) });
    /// # let _ = unreachable;
    /// ```
    pub fn scripted<F, A>(answers: F) -> MockTransport
    where
        F: Fn(Vec<u8>) -> A + Send + Sync + 'static,
        A: Future<Output = Result<Vec<u8>, TransportError>> + Send + 'static,
    {
        let answers = Box::new(move |message| -> Answer { Box::pin(answers(message)) });
        MockTransport(Arc::new(Mock { answers, state: Mutex::default() }))
    }

    /// Has the next message fail with this error. It reaches nobody, also if the error says that it may have.
    pub fn fails_next(&self, error: TransportError) {
        self.state().faults.push_back(Fault::Fails(error));
    }

    /// Has the next message refused with this status, which has to be one that says that the call has not run. With one that does not, the answer is
    /// lost.
    pub fn refuses_next(&self, status: Status) {
        self.state().faults.push_back(Fault::Refuses(status));
    }

    /// Loses the replies to the next so many messages, which do arrive.
    pub fn loses_replies(&self, count: usize) {
        self.state().faults.extend((0..count).map(|_| Fault::LosesReply));
    }

    /// Delivers the next so many messages twice, one after the other. The first answer is the one that comes back.
    pub fn doubles(&self, count: usize) {
        self.state().faults.extend((0..count).map(|_| Fault::Doubles));
    }

    /// Has every message from now on wait so long before it is delivered.
    pub fn delays(&self, span: Duration) {
        self.state().delay = span;
    }

    /// The headers of the messages so far, in the order of their sending. What is no message is left out.
    pub fn sent(&self) -> Vec<Header> {
        self.state().sent.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for MockTransport {
    async fn call(&self, message: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let header = Header::peek(&message).ok();
        let (fault, delay) = {
            let mut state = self.state();
            state.sent.extend(header);
            (state.faults.pop_front(), state.delay)
        };
        if let Some(end) = Deadline::after(delay).filter(|_| !delay.is_zero()) {
            let mut timer = None;
            poll_fn(|task| if end.poll_passed(&mut timer, task) { Poll::Ready(()) } else { Poll::Pending }).await;
        }
        let lost = || TransportError::Lost("the test wants it so".into());
        match fault {
            None => (self.0.answers)(message).await,
            Some(Fault::Fails(error)) => Err(error),
            Some(Fault::Refuses(status)) => header.and_then(|header| header.refuse(status)).ok_or_else(lost),
            Some(Fault::LosesReply) => {
                let _ = (self.0.answers)(message).await;
                Err(lost())
            }
            Some(Fault::Doubles) => {
                let first = (self.0.answers)(message.clone()).await;
                let _ = (self.0.answers)(message).await;
                first
            }
        }
    }
}

impl fmt::Debug for MockTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.state();
        f.debug_struct("MockTransport")
            .field("sent", &state.sent.len())
            .field("faults", &state.faults.len())
            .finish_non_exhaustive()
    }
}

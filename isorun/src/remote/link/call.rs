//! One call of this side over a link.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::Shared;
use crate::panics::woken;
use crate::remote::wire::header::{Header, MessageKind};
use crate::remote::wire::transport::TransportError;

/// Waits for room, sends a call and waits for its reply. Dropping it takes the call back, or tells the peer to cancel it.
pub(super) struct LinkCall<'a> {
    link: &'a Shared,
    stage: Stage,
}

enum Stage {
    New(Vec<u8>),
    /// The link has an entry for it.
    Entered(Header),
    Ended,
}

impl LinkCall<'_> {
    pub(super) fn new(link: &Shared, message: Vec<u8>) -> LinkCall<'_> {
        LinkCall { link, stage: Stage::New(message) }
    }

    fn enter(&mut self, message: Vec<u8>, task: &Context<'_>) -> Result<(), TransportError> {
        let header = Header::peek(&message).ok().filter(|header| header.kind() == MessageKind::Call);
        let Some(header) = header else {
            return Err(TransportError::NotSent("the message is no call".into()));
        };
        let waker = task.waker().clone();
        let mut state = self.link.state();
        let submitted = state.submit(&header, message, waker);
        let sender = state.sender();
        drop(state);
        sender.into_iter().for_each(woken);
        match submitted {
            Ok(_) => {
                self.stage = Stage::Entered(header);
                Ok(())
            }
            Err((why, _)) => Err(TransportError::NotSent(why)),
        }
    }
}

impl Future for LinkCall<'_> {
    type Output = Result<Vec<u8>, TransportError>;

    fn poll(self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        match mem::replace(&mut this.stage, Stage::Ended) {
            Stage::New(message) => match this.enter(message, task) {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            },
            Stage::Entered(header) => {
                let waker = task.waker().clone();
                let (outcome, _dropped) = this.link.state().outcome((header.session(), header.call()), waker);
                match outcome {
                    // The bytes are taken over as they are where the frame has them for itself.
                    Some(outcome) => Poll::Ready(outcome.map(Vec::from)),
                    None => {
                        this.stage = Stage::Entered(header);
                        Poll::Pending
                    }
                }
            }
            // It was polled again after its end.
            Stage::Ended => Poll::Pending,
        }
    }
}

impl Drop for LinkCall<'_> {
    fn drop(&mut self) {
        let Stage::Entered(header) = &self.stage else { return };
        let mut state = self.link.state();
        let (waker, frame, sent) = state.abandon((header.session(), header.call()));
        let sender = state.sender();
        drop(state);
        drop((waker, frame));
        sender.into_iter().for_each(woken);
        if sent && let Some(cancel) = header.cancel() {
            self.link.notify(cancel);
        }
    }
}

//! A stream of bytes within the process, which counts what passes.

use std::io::{IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, DuplexStream, ReadBuf, duplex};

/// About what a Unix socket holds.
const BUFFER: usize = 256 << 10;

/// The bytes that were written at each end of the streams made with it.
#[derive(Default)]
pub(crate) struct Traffic {
    there: Arc<AtomicU64>,
    back: Arc<AtomicU64>,
}

impl Traffic {
    /// A new stream: the caller's end and the callee's.
    pub(crate) fn stream(&self) -> (Counted, Counted) {
        let (near, far) = duplex(BUFFER);
        (Counted { inner: near, written: self.there.clone() }, Counted { inner: far, written: self.back.clone() })
    }

    /// Bytes so far, from the caller and from the callee.
    pub(crate) fn so_far(&self) -> [u64; 2] {
        [self.there.load(Ordering::Relaxed), self.back.load(Ordering::Relaxed)]
    }
}

/// One end of a stream. The count costs a few nanoseconds for each write, and all peers pay them.
pub(crate) struct Counted {
    inner: DuplexStream,
    written: Arc<AtomicU64>,
}

impl Counted {
    fn count(&self, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        if let Poll::Ready(Ok(bytes)) = written {
            self.written.fetch_add(bytes as u64, Ordering::Relaxed);
        }
        written
    }
}

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.count(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        self.count(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

//! Looks at what a client sends before hyper does: hyper forgives in HTTP/1 what proxies read otherwise, and h2 counts
//! only some of the frames that cost a server more than their sender.
//!
//! Heads of HTTP/1 go on when they are whole and sound. One that is not is replaced by a head that leads to its
//! refusal, so that it is answered, logged and counted as every other request, after those before it.

mod http1;
mod http2;
mod refusal;

use std::{
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use bytes::{Buf, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use self::{
    http1::Http1Messages,
    http2::{FrameBudget, Frames, Sent},
};
pub(super) use self::{http1::is_host, http2::PREFACE, refusal::Refusal};
use super::owed::Owed;
use crate::base::limits;

/// What stands for a head that is refused. The connection is of no further use: nobody knows where the next would begin.
const REFUSED: &[u8] = b"- / HTTP/1.1\r\nhost: refused\r\nconnection: close\r\n\r\n";

/// What stands for a body that cannot be read on: no part of a chunk, so that hyper refuses it and its request is answered,
/// which it is not when reading fails.
const UNREADABLE: &[u8] = b"\xFF";

/// Buffers below this are not read into directly. Bytes.
const SMALL: usize = 1 << 10;
/// Bytes that are read at once otherwise.
const SCRATCH: usize = 4 << 10;

/// What the wire and the requests of a connection know together.
pub(super) struct Notes {
    begun: AtomicU64,
    /// The number of the request that is refused, and why.
    refusal: OnceLock<(u64, Refusal)>,
    budget: FrameBudget,
    owed: Arc<Owed>,
}

impl Notes {
    pub(super) fn new(owed: Arc<Owed>) -> Self {
        Self {
            begun: AtomicU64::new(0),
            refusal: OnceLock::new(),
            budget: FrameBudget::default(),
            owed,
        }
    }

    /// A request has come; why it is refused, if it is.
    pub(super) fn begin(&self) -> Option<Refusal> {
        self.budget.request();
        let number = self.begun.fetch_add(1, Relaxed) + 1;
        let (refused, why) = self.refusal.get()?;
        (number == *refused).then_some(*why)
    }
}

enum WireProtocol {
    Unknown,
    Http1(Http1Messages),
    Http2 { received: Frames, sent: Sent },
}

/// Why nothing more goes on.
#[derive(Clone, Copy)]
enum End {
    /// A head was refused, or frames were too many: what stands for that is the last that goes on.
    Replaced,
    /// A body cannot be read on.
    Broken(&'static str),
}

/// What is judged of the bytes that have come.
struct Judged {
    /// So many go on; the others are shown again with those that follow.
    passed: usize,
    end: Option<(End, &'static [u8])>,
}

/// A stream whose client is held to the rules.
pub(super) struct Wire<S> {
    stream: S,
    notes: Arc<Notes>,
    protocol: WireProtocol,
    /// What has come and not gone on; the first `passed` bytes may.
    inbox: BytesMut,
    passed: usize,
    end: Option<End>,
    /// The end of taking in what the client still sends, so that it reads the last answer instead of a reset.
    linger: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S> Wire<S> {
    pub(super) fn new(stream: S, notes: Arc<Notes>) -> Self {
        Self {
            stream,
            notes,
            protocol: WireProtocol::Unknown,
            inbox: BytesMut::new(),
            passed: 0,
            end: None,
            linger: None,
        }
    }

    fn judge(protocol: &mut WireProtocol, notes: &Notes, bytes: &[u8]) -> Judged {
        match protocol {
            WireProtocol::Unknown if bytes.starts_with(PREFACE) => {
                *protocol = WireProtocol::Http2 {
                    received: Frames::default(),
                    sent: Sent::default(),
                };
                let mut judged = Self::judge(protocol, notes, bytes.get(PREFACE.len()..).unwrap_or_default());
                judged.passed += PREFACE.len();
                judged
            }
            WireProtocol::Unknown if PREFACE.starts_with(bytes) => Judged { passed: 0, end: None },
            WireProtocol::Unknown => {
                *protocol = WireProtocol::Http1(Http1Messages::default());
                Self::judge(protocol, notes, bytes)
            }
            WireProtocol::Http1(messages) => {
                let (passed, stop) = messages.judge(bytes);
                let end = stop.map(|stop| match stop {
                    http1::Stop::Head(refusal) => {
                        // Set once: nothing is judged after it.
                        let _ = notes.refusal.set((messages.heads + 1, refusal));
                        (End::Replaced, REFUSED)
                    }
                    http1::Stop::Body(why) => (End::Broken(why), UNREADABLE),
                });
                Judged { passed, end }
            }
            WireProtocol::Http2 { received, .. } => {
                let (passed, is_flood) = received.judge(bytes, &notes.budget);
                let end = is_flood.then_some((End::Replaced, http2::FLOOD));
                Judged { passed, end }
            }
        }
    }

    fn sent(&mut self, bytes: &[u8]) {
        let taken = match &mut self.protocol {
            WireProtocol::Http2 { sent, .. } => sent.see(bytes, &self.notes.budget),
            _ => bytes.len(),
        };
        self.notes.owed.took(taken);
    }

    /// Gives what may go on, as far as there is room.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) {
        let length = self.passed.min(buffer.remaining());
        buffer.put_slice(self.inbox.get(..length).unwrap_or_default());
        self.inbox.advance(length);
        self.passed -= length;
        if self.inbox.is_empty() {
            // Connections are idle for most of their lives.
            self.inbox = BytesMut::new();
        }
    }

    fn is_between_messages(&self) -> bool {
        match &self.protocol {
            WireProtocol::Unknown | WireProtocol::Http2 { .. } => self.end.is_none(),
            WireProtocol::Http1(messages) => self.end.is_none() && messages.is_between() && self.inbox.is_empty(),
        }
    }
}

impl<S: AsyncRead + Unpin> Wire<S> {
    /// Reads into the reader's own buffer; what may not go on yet is taken out of it again.
    fn poll_directly(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<bool>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let come = buffer.filled().get(before..).unwrap_or_default();
        if come.is_empty() {
            return Poll::Ready(Ok(true));
        }
        let judged = Self::judge(&mut self.protocol, &self.notes, come);
        match judged.end {
            Some((end, last)) => {
                self.end = Some(end);
                self.inbox.extend_from_slice(last);
                self.passed = last.len();
            }
            None => self
                .inbox
                .extend_from_slice(come.get(judged.passed..).unwrap_or_default()),
        }
        buffer.set_filled(before + judged.passed);
        Poll::Ready(Ok(judged.passed > 0))
    }

    /// Reads more to what waits; true at the end of the stream.
    fn poll_more(&mut self, context: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut scratch = [0; SCRATCH];
        let mut scratch = ReadBuf::new(&mut scratch);
        ready!(Pin::new(&mut self.stream).poll_read(context, &mut scratch))?;
        if scratch.filled().is_empty() {
            return Poll::Ready(Ok(true));
        }
        self.inbox.extend_from_slice(scratch.filled());
        let judged = Self::judge(&mut self.protocol, &self.notes, &self.inbox);
        self.passed = judged.passed;
        if let Some((end, last)) = judged.end {
            self.end = Some(end);
            self.inbox.truncate(self.passed);
            self.inbox.extend_from_slice(last);
            self.passed += last.len();
        }
        Poll::Ready(Ok(false))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if buffer.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        loop {
            if this.passed > 0 {
                this.give(buffer);
                return Poll::Ready(Ok(()));
            }
            match this.end {
                // Not the end of the stream: hyper would take it for a client that has left, and not answer.
                Some(End::Replaced) => return Poll::Pending,
                Some(End::Broken(why)) => return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, why))),
                None => {}
            }
            let is_done = if this.inbox.is_empty() && buffer.remaining() >= SMALL {
                ready!(this.poll_directly(context, buffer))?
            } else {
                ready!(this.poll_more(context))?
            };
            if is_done {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.sent(bytes.get(..written).unwrap_or_default());
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices))?;
        let mut left = written;
        for slice in slices {
            let part = slice.get(..left.min(slice.len())).unwrap_or_default();
            left -= part.len();
            self.sent(part);
        }
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    /// After the last answer what its client still sends is taken in for a while.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        if this.linger.is_none() {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            if this.is_between_messages() {
                return Poll::Ready(Ok(()));
            }
        }
        let (until, taken) = this
            .linger
            .get_or_insert_with(|| (Box::pin(sleep(limits::DISCARD_TIME)), 0));
        if until.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        loop {
            let mut scratch = [0; SCRATCH];
            let mut scratch = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut this.stream).poll_read(context, &mut scratch)) {
                Ok(()) if !scratch.filled().is_empty() && *taken < limits::DISCARD_BYTES => {
                    *taken += scratch.filled().len();
                }
                _ => return Poll::Ready(Ok(())),
            }
        }
    }
}

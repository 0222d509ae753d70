//! Ends connections whose client does nothing, or too slowly: before its first byte, within a head, between requests,
//! and while a response waits to be read. One timer per connection, and no work per request but a few stores.

use std::{
    io,
    pin::Pin,
    sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::Relaxed},
    task::{Context, Poll, ready},
    time::Duration,
};

use http::Version;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
    time::Instant,
};

use super::wire::PREFACE;
use crate::base::limits;

/// No head is being read.
const NONE: u64 = u64::MAX;

/// What a connection is doing and since when. Times are milliseconds since `opened`.
pub(super) struct Activity {
    opened: Instant,
    running: AtomicUsize,
    /// When the first byte of a head came that is not complete.
    head: AtomicU64,
    /// When the last request ended, or the last byte of a response was taken.
    rest: AtomicU64,
    has_read: AtomicBool,
    /// Frames other than requests are ordinary in HTTP/2, so that a byte does not begin a head.
    is_http2: AtomicBool,
    /// Asks an idle connection to make room for another one.
    pub(super) shed: Notify,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    Left,
    Spent,
}

impl Activity {
    pub(super) fn new() -> Self {
        Self {
            opened: Instant::now(),
            running: AtomicUsize::new(0),
            head: AtomicU64::new(NONE),
            rest: AtomicU64::new(0),
            has_read: AtomicBool::new(false),
            is_http2: AtomicBool::new(false),
            shed: Notify::new(),
        }
    }

    pub(super) fn is_http2(&self) -> bool {
        self.is_http2.load(Relaxed)
    }

    /// For how long the connection could have made room for another one, where it can.
    pub(super) fn idle(&self) -> Option<Duration> {
        if self.running.load(Relaxed) > 0 {
            return None;
        }
        let head = self.head.load(Relaxed);
        let (since, least) = if head == NONE {
            (self.rest.load(Relaxed), limits::SHED_IDLE)
        } else {
            (head, limits::SHED_HEAD)
        };
        let idle = Duration::from_millis(self.now().saturating_sub(since));
        (idle >= least).then_some(idle)
    }

    fn now(&self) -> u64 {
        self.opened.elapsed().as_millis() as u64
    }

    /// A request is complete up to its body; the guard's end is the request's.
    pub(super) fn start(&self, version: Version) -> ActiveRequest<'_> {
        self.is_http2.store(version == Version::HTTP_2, Relaxed);
        self.running.fetch_add(1, Relaxed);
        self.head.store(NONE, Relaxed);
        ActiveRequest(self)
    }

    fn read(&self, bytes: &[u8]) {
        if !self.has_read.swap(true, Relaxed) && bytes.starts_with(PREFACE) {
            self.is_http2.store(true, Relaxed);
        }
        let starts_head = self.head.load(Relaxed) == NONE && self.running.load(Relaxed) == 0;
        if starts_head && !self.is_http2.load(Relaxed) {
            self.head.store(self.now(), Relaxed);
        }
    }

    /// Without a request, HTTP/2 writes frames of its own, such as PING: who answers these rests all the same.
    fn wrote(&self) {
        if !self.is_http2.load(Relaxed) || self.running.load(Relaxed) > 0 {
            self.is_taking();
        }
    }

    /// The client takes what it is owed.
    pub(super) fn is_taking(&self) {
        self.rest.store(self.now(), Relaxed);
    }

    /// When the client's patience, as of now, will be spent at the earliest. Times that a request sets anew are seen
    /// at the next look.
    pub(super) fn look_again(&self) -> Instant {
        Instant::now() + limits::FIRST_BYTE.min(limits::HEADERS)
    }

    /// `crowded`: others wait for a place, so that idle connections make room sooner.
    pub(super) fn patience(&self, crowded: bool) -> Patience {
        if self.running.load(Relaxed) > 0 {
            return Patience::Left;
        }
        let head = self.head.load(Relaxed);
        let (since, allowed) = if !self.has_read.load(Relaxed) {
            (0, limits::FIRST_BYTE)
        } else if head != NONE {
            (head, limits::HEADERS)
        } else if crowded {
            (self.rest.load(Relaxed), limits::FIRST_BYTE)
        } else {
            (self.rest.load(Relaxed), limits::KEEP_ALIVE)
        };
        let spent = Duration::from_millis(self.now().saturating_sub(since)) >= allowed;
        if spent { Patience::Spent } else { Patience::Left }
    }
}

/// A request that runs.
pub(super) struct ActiveRequest<'a>(&'a Activity);

impl Drop for ActiveRequest<'_> {
    fn drop(&mut self) {
        self.0.rest.store(self.0.now(), Relaxed);
        self.0.running.fetch_sub(1, Relaxed);
    }
}

/// A stream that notes when it moves.
pub(super) struct WatchedStream<S> {
    stream: S,
    activity: std::sync::Arc<Activity>,
}

impl<S> WatchedStream<S> {
    pub(super) fn new(stream: S, activity: std::sync::Arc<Activity>) -> Self {
        Self { stream, activity }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for WatchedStream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let bytes = buffer.filled().get(before..).unwrap_or_default();
        if !bytes.is_empty() {
            self.activity.read(bytes);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for WatchedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes))?;
        self.activity.wrote();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, slices))?;
        self.activity.wrote();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_has_little_time() {
        let activity = Activity::new();
        advance(limits::FIRST_BYTE - SECOND).await;
        assert_eq!(activity.patience(false), Patience::Left);
        advance(SECOND).await;
        assert_eq!(activity.patience(false), Patience::Spent);
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_has_its_time_from_the_first_byte() {
        let activity = Activity::new();
        advance(SECOND).await;
        activity.read(b"GET / HT");
        advance(limits::HEADERS - SECOND).await;
        activity.read(b"T");
        assert_eq!(activity.patience(false), Patience::Left);
        advance(SECOND).await;
        assert_eq!(activity.patience(false), Patience::Spent, "more bytes do not help");
    }

    #[tokio::test(start_paused = true)]
    async fn a_running_request_is_left_alone_and_then_the_connection_may_rest() {
        let activity = Activity::new();
        activity.read(b"GET / HTTP/1.1\r\n\r\n");
        let busy = activity.start(Version::HTTP_11);
        advance(limits::KEEP_ALIVE * 2).await;
        assert_eq!(activity.patience(true), Patience::Left);
        drop(busy);
        advance(limits::FIRST_BYTE).await;
        assert_eq!(activity.patience(false), Patience::Left);
        assert_eq!(activity.patience(true), Patience::Spent, "others wait");
        advance(limits::KEEP_ALIVE).await;
        assert_eq!(activity.patience(false), Patience::Spent);
    }

    #[tokio::test(start_paused = true)]
    async fn frames_of_http2_are_no_request() {
        let activity = Activity::new();
        activity.read(&[PREFACE, b"settings"].concat());
        drop(activity.start(Version::HTTP_2));
        advance(limits::KEEP_ALIVE - SECOND).await;
        activity.wrote();
        assert_eq!(activity.patience(false), Patience::Left);
        advance(SECOND).await;
        assert_eq!(activity.patience(false), Patience::Spent);
        activity.is_taking();
        assert_eq!(activity.patience(false), Patience::Left, "an answer is under way");
    }

    #[tokio::test(start_paused = true)]
    async fn frames_of_http2_begin_no_head() {
        let activity = Activity::new();
        activity.read(&[PREFACE, b"settings"].concat());
        advance(limits::HEADERS * 2).await;
        activity.read(b"ping");
        assert_eq!(activity.patience(false), Patience::Left);
    }
}

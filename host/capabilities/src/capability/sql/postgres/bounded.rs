//! A stream from a server that lets no long message through. The driver reads a message whole before anybody can look
//! at it, and a statement such as `SELECT repeat('x', 1000000000)` makes one that is as long as it likes.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader, ReadBuf};

use crate::base::limits;

/// A message's kind, and its length without the kind.
const HEADER: usize = 5;
/// What a row's framing may add to its content: a length for each column, of which there are 1664 at most. Bytes.
const FRAMING: usize = 64 << 10;
/// As the server would say it: program_limit_exceeded.
const TOO_LONG: &[u8] = b"SERROR\0VERROR\0C54000\0Mthe answer is too long\0\0";

pub(super) struct BoundedStream<S> {
    stream: BufReader<S>,
    /// What goes out next, before anything else is read.
    ready: Bytes,
    /// What has been read of the next message's header.
    header: [u8; HEADER],
    header_bytes: usize,
    /// What is left of the message that passes.
    left: usize,
    /// A message was too long: the driver hears so, and then that the stream has ended.
    is_over: bool,
}

impl<S: AsyncRead> BoundedStream<S> {
    pub(super) fn new(stream: S) -> Self {
        Self {
            stream: BufReader::new(stream),
            ready: Bytes::new(),
            header: [0; HEADER],
            header_bytes: 0,
            left: 0,
            is_over: false,
        }
    }

    /// One that begins with the byte that says whether the server offers TLS.
    pub(super) fn with_greeting(stream: S) -> Self {
        Self {
            left: 1,
            ..Self::new(stream)
        }
    }

    pub(super) fn get_ref(&self) -> &S {
        self.stream.get_ref()
    }

    pub(super) fn into_inner(self) -> S {
        self.stream.into_inner()
    }
}

impl<S: AsyncRead + Unpin> BoundedStream<S> {
    /// Gives the next bytes to `buffer`. False when there are no more.
    fn pass(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<bool>> {
        loop {
            if self.ready.has_remaining() {
                let part = self.ready.split_to(self.ready.len().min(buffer.remaining()));
                buffer.put_slice(&part);
                return Poll::Ready(Ok(true));
            }
            if self.is_over {
                return Poll::Ready(Ok(false));
            }
            let read = ready!(Pin::new(&mut self.stream).poll_fill_buf(context))?;
            if read.is_empty() {
                return Poll::Ready(Ok(false));
            }
            if self.left > 0 {
                let count = self.left.min(read.len()).min(buffer.remaining());
                buffer.put_slice(read.split_at(count).0);
                self.left -= count;
                Pin::new(&mut self.stream).consume(count);
                return Poll::Ready(Ok(true));
            }
            let room = self.header.iter_mut().skip(self.header_bytes);
            let count = room.len().min(read.len());
            room.zip(read).for_each(|(to, from)| *to = *from);
            self.header_bytes += count;
            Pin::new(&mut self.stream).consume(count);
            if self.header_bytes == HEADER {
                self.next_message();
            }
        }
    }

    fn next_message(&mut self) {
        let [_, a, b, c, d] = self.header;
        self.header_bytes = 0;
        self.left = (u32::from_be_bytes([a, b, c, d]) as usize).saturating_sub(size_of::<u32>());
        self.ready = if self.left <= limits::SQL_BYTES + FRAMING {
            Bytes::copy_from_slice(&self.header)
        } else {
            self.is_over = true;
            let length = (TOO_LONG.len() + size_of::<u32>()) as u32;
            [b"E", &length.to_be_bytes()[..], TOO_LONG].concat().into()
        };
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for BoundedStream<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        // As much as has come, so that many short rows are not as many wakes of the driver.
        while buffer.remaining() > 0 {
            let passed = buffer.filled().len() > before;
            if passed && this.ready.is_empty() && this.stream.buffer().is_empty() {
                break;
            }
            match this.pass(context, buffer) {
                Poll::Ready(Ok(true)) => {}
                Poll::Ready(Ok(false)) => break,
                Poll::Pending if passed => break,
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for BoundedStream<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
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
    #![allow(clippy::unwrap_used)]
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    use super::*;

    fn message(kind: u8, content: &[u8]) -> Vec<u8> {
        let length = (content.len() + 4) as u32;
        [&[kind], &length.to_be_bytes()[..], content].concat()
    }

    #[tokio::test]
    async fn messages_pass_however_they_are_cut() {
        let long = message(b'D', &vec![7; 100_000]);
        let sent = [
            &b"N"[..],
            &message(b'D', b"abc"),
            &message(b'Z', b""),
            &long,
            &message(b'C', b"x"),
        ]
        .concat();
        for piece in [1, 3, 7, 8192] {
            let (mut server, client) = duplex(piece);
            let text = sent.clone();
            let sending = tokio::spawn(async move { server.write_all(&text).await.unwrap() });
            let mut received = Vec::new();
            BoundedStream::with_greeting(client)
                .read_to_end(&mut received)
                .await
                .unwrap();
            sending.await.unwrap();
            assert!(received == sent, "in pieces of {piece}");
        }
    }

    #[tokio::test]
    async fn a_long_message_is_an_error_and_the_end() {
        let (mut server, client) = duplex(1 << 20);
        let mut header = vec![b'D'];
        header.extend(1_000_000_000_u32.to_be_bytes());
        let first = message(b'D', b"abc");
        server
            .write_all(&[&first, &header, &b"xyz"[..]].concat())
            .await
            .unwrap();
        let mut received = Vec::new();
        BoundedStream::new(client).read_to_end(&mut received).await.unwrap();
        assert_eq!(&received[..first.len()], first);
        let error = &received[first.len()..];
        assert_eq!(error, message(b'E', TOO_LONG));
        assert!(error.len() < 100);
    }
}

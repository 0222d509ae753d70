//! Counts the frames of HTTP/2 that cost a server more than their sender: a client that sends many of them for few
//! requests is told so (`ENHANCE_YOUR_CALM`) and cut off.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};

use tokio::time::Instant;

use crate::base::limits;

/// The 24 bytes that HTTP/2 begins with.
pub(in super::super) const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const HEADER: usize = 9;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const WINDOW_UPDATE_WORTH: i64 = 2;

/// A block of headers without end: what h2 itself takes for a flood, and says so to the client.
pub(super) const FLOOD: &[u8] = &flood();

#[expect(
    clippy::indexing_slicing,
    reason = "a frame has nine bytes, and the compiler runs this"
)]
const fn flood() -> [u8; HEADER * 17] {
    let mut frames = [0; HEADER * 17];
    let mut at = 0;
    while at < frames.len() {
        // The kind: HEADERS, then CONTINUATION, each empty.
        frames[at + 3] = if at == 0 { 1 } else { 9 };
        // The last stream that there can be.
        frames[at + 5] = 0x7f;
        frames[at + 6] = 0xff;
        frames[at + 7] = 0xff;
        frames[at + 8] = 0xff;
        at += HEADER;
    }
    frames
}

/// Frames that the client may still send. Requests, answers and time add to it.
pub(super) struct FrameBudget {
    left: AtomicI64,
    opened: Instant,
    /// Until when time has been added. Milliseconds since `opened`.
    added: AtomicU64,
}

impl Default for FrameBudget {
    fn default() -> Self {
        Self {
            left: AtomicI64::new(limits::FRAMES),
            opened: Instant::now(),
            added: AtomicU64::new(0),
        }
    }
}

impl FrameBudget {
    /// A request has begun.
    pub(super) fn request(&self) {
        self.add(limits::FRAMES_OF_REQUEST);
    }

    fn add(&self, frames: i64) {
        let sum = self.left.load(Relaxed).saturating_add(frames).min(limits::FRAMES);
        // Two who add at once may lose one of the two, which is little.
        self.left.store(sum, Relaxed);
    }

    /// Whether there is enough left.
    fn take(&self, frames: i64) -> bool {
        if self.left.fetch_sub(frames, Relaxed) >= frames {
            return true;
        }
        let now = self.opened.elapsed().as_millis() as u64;
        let since = now.saturating_sub(self.added.swap(now, Relaxed));
        let passed = i64::try_from(since).unwrap_or(i64::MAX) / 1000;
        if passed == 0 {
            self.added.fetch_sub(since, Relaxed);
        }
        self.add(passed.saturating_mul(limits::FRAMES_A_SECOND));
        self.left.load(Relaxed) >= 0
    }
}

struct Frame {
    length: usize,
    kind: u8,
}

impl Frame {
    fn read(bytes: &[u8]) -> Option<Self> {
        let [a, b, c, kind, _, _, _, _, _] = bytes.first_chunk::<HEADER>()?;
        Some(Self {
            length: u32::from_be_bytes([0, *a, *b, *c]) as usize,
            kind: *kind,
        })
    }

    fn cost(&self) -> i64 {
        match self.kind {
            // h2 counts small ones itself.
            DATA => i64::from(self.length == 0),
            HEADERS => 1,
            // Nearly what a request has brought: it may have been started for nothing.
            RST_STREAM => limits::FRAMES_OF_REQUEST,
            // Long ones cost by their length: one SETTINGS can hold thousands.
            _ => 1 + (self.length >> 6) as i64,
        }
    }
}

/// The frames of a client.
#[derive(Default)]
pub(super) struct Frames {
    /// So many bytes are left of the last one.
    left: usize,
}

impl Frames {
    /// How many bytes may go on, and whether what follows them is too much.
    pub(super) fn judge(&mut self, bytes: &[u8], budget: &FrameBudget) -> (usize, bool) {
        let mut passed = 0;
        loop {
            let skipped = self.left.min(bytes.len() - passed);
            self.left -= skipped;
            passed += skipped;
            let Some(frame) = Frame::read(bytes.get(passed..).unwrap_or_default()) else {
                return (passed, false);
            };
            let cost = frame.cost();
            if cost > 0 && !budget.take(cost) {
                return (passed, true);
            }
            self.left = HEADER + frame.length;
        }
    }
}

/// The frames of the host: a client answers those with data by as many WINDOW_UPDATE, or two.
#[derive(Default)]
pub(super) struct Sent {
    /// The header that is not whole yet.
    header: [u8; HEADER],
    read: usize,
    left: usize,
}

impl Sent {
    /// How many bytes of data there are in the frames that begin here.
    pub(super) fn see(&mut self, mut bytes: &[u8], budget: &FrameBudget) -> usize {
        let mut data = 0;
        while !bytes.is_empty() {
            let skipped = self.left.min(bytes.len());
            self.left -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            for (own, byte) in self.header.iter_mut().skip(self.read).zip(bytes) {
                *own = *byte;
            }
            let taken = bytes.len().min(HEADER - self.read);
            self.read += taken;
            bytes = bytes.get(taken..).unwrap_or_default();
            if self.read == HEADER
                && let Some(frame) = Frame::read(&self.header)
            {
                (self.read, self.left) = (0, frame.length);
                if frame.kind == DATA {
                    data += frame.length;
                }
                // Below that the client has made its window so small that it is a flood.
                if frame.kind == DATA && frame.length >= limits::FRAME_DATA {
                    budget.add(WINDOW_UPDATE_WORTH);
                }
            }
        }
        data
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(kind: u8, length: usize) -> Vec<u8> {
        let [_, a, b, c] = (length as u32).to_be_bytes();
        let mut frame = vec![a, b, c, kind, 0, 0, 0, 0, 1];
        frame.resize(HEADER + length, 0);
        frame
    }

    /// How many frames of a kind go on.
    fn most(kind: u8, length: usize) -> usize {
        let (mut frames, budget, one) = (Frames::default(), FrameBudget::default(), frame(kind, length));
        (0..1_000_000).take_while(|_| !frames.judge(&one, &budget).1).count()
    }

    #[tokio::test(start_paused = true)]
    async fn every_kind_of_frame_without_a_request_is_bounded() {
        let all = limits::FRAMES as usize;
        for kind in [2, 4, 5, 6, 7, 8, 9, 10, 77, 255] {
            assert_eq!(most(kind, 8), all, "{kind}");
            assert!(most(kind, 16_000) < 10, "{kind}");
        }
        assert_eq!(most(DATA, 0), all);
        assert_eq!(most(HEADERS, 20), all, "those that h2 refuses start no request");
        assert_eq!(most(RST_STREAM, 4), all / limits::FRAMES_OF_REQUEST as usize);
        assert_eq!(most(DATA, 1), 1_000_000, "which h2 counts");
    }

    #[tokio::test(start_paused = true)]
    async fn ordinary_clients_are_never_hit() {
        let (mut frames, mut sent, budget) = (Frames::default(), Sent::default(), FrameBudget::default());
        let mut come = |kind: u8, length: usize| assert!(!frames.judge(&frame(kind, length), &budget).1);
        for _ in 0..100_000 {
            // A request with some priorities.
            come(HEADERS, 40);
            budget.request();
            (0..5).for_each(|_| come(2, 5));
        }
        for _ in 0..100_000 {
            // A download with a tiny window.
            sent.see(&frame(DATA, 64), &budget);
            come(8, 4);
            come(8, 4);
        }
        for _ in 0..10_000 {
            // A quiet connection that is kept.
            tokio::time::advance(std::time::Duration::from_secs(1)).await;
            (0..10).for_each(|_| come(6, 8));
        }
    }

    #[test]
    fn frames_are_found_in_whichever_pieces_they_come() {
        let all = [frame(DATA, 5), frame(6, 8), frame(HEADERS, 0), frame(DATA, 300)].concat();
        for piece in 1..all.len() {
            let (mut frames, mut sent, budget) = (Frames::default(), Sent::default(), FrameBudget::default());
            let (mut passed, mut come) = (0, 0);
            while come < all.len() {
                come = (come + piece).min(all.len());
                passed += frames.judge(&all[passed..come], &budget).0;
            }
            assert_eq!(passed, all.len());
            assert_eq!(budget.left.load(Relaxed), limits::FRAMES - 2, "PING and HEADERS");
            let data: usize = all.chunks(piece).map(|bytes| sent.see(bytes, &budget)).sum();
            assert_eq!(data, 305);
            assert_eq!(budget.left.load(Relaxed), limits::FRAMES, "one DATA is long enough");
        }
    }
}

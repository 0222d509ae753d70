//! The log's way out. Lines wait in memory, within a bound, and one thread writes them many at a time: whoever logs never
//! waits for a disk or a reader, and sees none of their errors. What cannot be written is dropped and counted.

use std::{
    io::{self, ErrorKind, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use crate::{
    base::limits,
    observe::{metrics::Counter, tasks},
};

/// Where lines are handed in. Cheap to clone.
#[derive(Clone)]
pub struct Writer(Arc<Shared>);

struct Shared {
    state: Mutex<WriterState>,
    /// There is something to write, or enough of it.
    filled: Condvar,
    /// A batch was written or dropped.
    written: Condvar,
    dropped: &'static Counter,
}

#[derive(Default)]
struct WriterState {
    /// Whole lines.
    waiting: Vec<u8>,
    /// The thread has a batch in its hands.
    is_writing: bool,
    /// Somebody waits for the end: what there is is written at once.
    is_urgent: bool,
    /// Why lines were dropped since the log last told of it.
    trouble: Option<String>,
}

impl Writer {
    /// Starts the thread that writes to `out`. `dropped` counts lines; `tell` logs that there were some, once writing
    /// works again.
    pub fn start(
        out: impl Write + Send + 'static,
        dropped: &'static Counter,
        tell: impl Fn(u64, &str) + Send + 'static,
    ) -> io::Result<Self> {
        let writer = Self(Arc::new(Shared {
            state: Mutex::default(),
            filled: Condvar::new(),
            written: Condvar::new(),
            dropped,
        }));
        let mut worker = LogWorker {
            shared: writer.0.clone(),
            out,
            batch: Vec::new(),
            torn: Vec::new(),
            told: dropped.get(),
            told_before: dropped.get(),
            told_at: None,
            is_broken: false,
            tell,
        };
        tasks::keep_thread("log", move || worker.run())?;
        Ok(writer)
    }

    /// Hands in one or more whole lines. Never waits.
    pub(super) fn push(&self, lines: &[u8]) {
        let mut state = self.0.lock();
        let before = state.waiting.len();
        if before + lines.len() > limits::LOG_WAITING {
            state.trouble = Some("they came faster than they could be written".to_owned());
            drop(state);
            self.0.dropped.add(count(lines));
            return;
        }
        state.waiting.extend_from_slice(lines);
        let after = state.waiting.len();
        drop(state);
        // Once when the thread begins to gather, once when it has enough: not for every line.
        if before == 0 || (before < limits::LOG_BATCH && after >= limits::LOG_BATCH) {
            self.0.filled.notify_one();
        }
    }

    /// Waits until all that was handed in is written or dropped, or `patience` is over.
    pub fn flush(&self, patience: Duration) {
        let mut state = self.0.lock();
        state.is_urgent = true;
        self.0.filled.notify_one();
        let is_busy = |state: &mut WriterState| state.is_writing || !state.waiting.is_empty();
        let waited = self.0.written.wait_timeout_while(state, patience, is_busy);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_urgent = false;
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, WriterState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(
        &self,
        state: MutexGuard<'a, WriterState>,
        longest: Duration,
        unless: impl Fn(&WriterState) -> bool,
    ) -> MutexGuard<'a, WriterState> {
        let waited = self.filled.wait_timeout_while(state, longest, |state| !unless(state));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

struct LogWorker<W, T> {
    shared: Arc<Shared>,
    out: W,
    /// Lines that are in hand.
    batch: Vec<u8>,
    /// The rest of a line whose beginning is written already: it comes before anything else.
    torn: Vec<u8>,
    /// Dropped lines that the log has told of; those before, while what it told is not written; when it told.
    told: u64,
    told_before: u64,
    told_at: Option<Instant>,
    /// The last write failed.
    is_broken: bool,
    tell: T,
}

impl<W: Write, T: Fn(u64, &str)> LogWorker<W, T> {
    fn run(&mut self) {
        self.recover();
        loop {
            self.gather();
            let result = self.write();
            self.batch.clear();
            // A burst does not stay in memory.
            self.batch.shrink_to(2 * limits::LOG_BATCH);
            let mut state = self.shared.lock();
            state.is_writing = false;
            self.is_broken = result.is_err();
            match result {
                Ok(()) => {
                    drop(state);
                    self.told_before = self.told;
                    self.tell();
                }
                Err(error) => {
                    state.trouble = Some(format!("they could not be written ({error})"));
                    drop(state);
                    // What the log told may have been among it.
                    self.told = self.told_before;
                    self.told_at = None;
                }
            }
            self.shared.written.notify_all();
        }
    }

    /// After a panic: nobody knows how much of the batch was written. It is lost, and the next line begins on one of its own.
    fn recover(&mut self) {
        if self.batch.is_empty() {
            return;
        }
        self.shared.dropped.add(count(&self.batch));
        self.batch.clear();
        self.torn = b"\n".to_vec();
        let mut state = self.shared.lock();
        state.is_writing = false;
        state.trouble = Some("the thread that writes them panicked".to_owned());
        drop(state);
        self.shared.written.notify_all();
    }

    /// Waits for lines, and a little for more of them: a write costs as much for one as for hundreds.
    fn gather(&mut self) {
        let is_enough = |state: &WriterState| state.is_urgent || state.waiting.len() >= limits::LOG_BATCH;
        loop {
            let state = self.shared.lock();
            let untold = self.shared.dropped.get() > self.told && !self.is_broken;
            let longest = if untold { limits::LOG_TELL } else { Duration::MAX };
            let state = self.shared.wait(state, longest, |state| !state.waiting.is_empty());
            if state.waiting.is_empty() {
                drop(state);
                self.tell();
                continue;
            }
            let mut state = self.shared.wait(state, limits::LOG_GATHER, is_enough);
            state.is_writing = true;
            std::mem::swap(&mut self.batch, &mut state.waiting);
            return;
        }
    }

    /// Whole lines that could not be written are counted and gone. A line that was begun is finished later.
    fn write(&mut self) -> io::Result<()> {
        let batch = &self.batch;
        let mut torn = std::mem::take(&mut self.torn);
        let (written, result) = write_all(&mut self.out, &torn);
        torn.drain(..written);
        if result.is_err() {
            self.torn = torn;
            self.shared.dropped.add(count(batch));
            return result;
        }
        let (written, result) = write_all(&mut self.out, batch);
        if result.is_err() {
            let (before, left) = batch.split_at(written);
            let is_torn = before.last().is_some_and(|last| *last != b'\n');
            let rest = left
                .iter()
                .position(|byte| *byte == b'\n')
                .map_or(left.len(), |at| at + 1);
            let (rest, lost) = left.split_at(if is_torn { rest } else { 0 });
            self.torn = rest.to_vec();
            self.shared.dropped.add(count(lost));
        }
        result
    }

    /// Not more often than a reader of the log can bear.
    fn tell(&mut self) {
        let lost = self.shared.dropped.get() - self.told;
        let is_early = self.told_at.is_some_and(|at| at.elapsed() < limits::LOG_TELL);
        let mut state = self.shared.lock();
        if lost == 0 || (is_early && !state.is_urgent) {
            return;
        }
        let trouble = state.trouble.take().unwrap_or_default();
        drop(state);
        self.told += lost;
        self.told_at = Some(Instant::now());
        (self.tell)(lost, &trouble);
    }
}

/// How much was written, and why not all.
fn write_all(out: &mut impl Write, bytes: &[u8]) -> (usize, io::Result<()>) {
    let mut written = 0;
    while let Some(left) = bytes.get(written..).filter(|left| !left.is_empty()) {
        match out.write(left) {
            Ok(0) => return (written, Err(ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // Somebody who shares the stream has made it so. It is as one that blocks.
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(limits::LOG_GATHER),
            Err(error) => return (written, Err(error)),
        }
    }
    (written, Ok(()))
}

fn count(lines: &[u8]) -> u64 {
    lines.iter().filter(|byte| **byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// A disk with a little room, and a gate that holds it up.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<Inner>>);

    #[derive(Default)]
    struct Inner {
        text: Vec<u8>,
        room: usize,
        is_held: bool,
        has_bug: bool,
    }

    impl Disk {
        fn with(room: usize) -> Self {
            let disk = Self::default();
            disk.inner().room = room;
            disk
        }

        fn inner(&self) -> MutexGuard<'_, Inner> {
            self.0.lock().unwrap()
        }

        fn text(&self) -> String {
            String::from_utf8(self.inner().text.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut inner = self.inner();
            if std::mem::take(&mut inner.has_bug) {
                inner.text.extend_from_slice(&bytes[..2]);
                drop(inner);
                panic!("a bug in writing");
            }
            if inner.is_held {
                return Err(ErrorKind::WouldBlock.into());
            }
            let count = bytes.len().min(inner.room);
            if count == 0 {
                return Err(ErrorKind::StorageFull.into());
            }
            inner.room -= count;
            inner.text.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    type Told = Arc<Mutex<Vec<(u64, String)>>>;

    fn start(disk: &Disk) -> (Writer, &'static Counter, Told) {
        let dropped: &'static Counter = Box::leak(Box::default());
        let told = Told::default();
        let note = told.clone();
        let tell = move |lines, why: &str| note.lock().unwrap().push((lines, why.to_owned()));
        (Writer::start(disk.clone(), dropped, tell).unwrap(), dropped, told)
    }

    const PATIENCE: Duration = Duration::from_secs(60);

    #[test]
    fn a_flush_has_written_what_came_before_it() {
        let disk = Disk::with(usize::MAX);
        let (writer, dropped, told) = start(&disk);
        let mut all = String::new();
        for round in 0..200 {
            let line = format!("line {round}\n");
            writer.push(line.as_bytes());
            all += &line;
            if round % 7 == 0 {
                writer.flush(PATIENCE);
                assert_eq!(disk.text(), all);
            }
        }
        writer.flush(PATIENCE);
        assert_eq!((disk.text(), dropped.get(), told.lock().unwrap().len()), (all, 0, 0));
    }

    #[test]
    fn a_full_disk_costs_lines_that_are_counted_and_told_of_once() {
        let disk = Disk::with(10);
        let (writer, dropped, told) = start(&disk);
        for line in ["one\n", "two\n", "three\n", "four\n", "five\n"] {
            writer.push(line.as_bytes());
            writer.flush(PATIENCE);
        }
        // `three` was begun.
        assert_eq!((disk.text().as_str(), dropped.get()), ("one\ntwo\nth", 2));
        assert!(told.lock().unwrap().is_empty(), "nobody could read it");
        disk.inner().room = usize::MAX;
        writer.push(b"six\n");
        writer.flush(PATIENCE);
        assert_eq!(disk.text(), "one\ntwo\nthree\nsix\n", "no line is torn");
        writer.push(b"seven\n");
        writer.flush(PATIENCE);
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 1, "{told:?}");
        assert!(told[0].0 == 2 && told[0].1.contains("could not be written"), "{told:?}");
    }

    #[test]
    fn a_panic_of_the_thread_costs_what_it_had_in_hand() {
        let disk = Disk::with(usize::MAX);
        let (writer, dropped, told) = start(&disk);
        disk.inner().has_bug = true;
        writer.push(b"one\ntwo\n");
        writer.flush(PATIENCE);
        for line in ["three\n", "four\n"] {
            writer.push(line.as_bytes());
            writer.flush(PATIENCE);
        }
        assert_eq!((disk.text().as_str(), dropped.get()), ("on\nthree\nfour\n", 2));
        let told = told.lock().unwrap();
        assert!(told[0].0 == 2 && told[0].1.contains("panicked"), "{told:?}");
    }

    #[test]
    fn a_reader_that_stands_still_holds_up_nobody() {
        let disk = Disk::with(usize::MAX);
        disk.inner().is_held = true;
        let (writer, dropped, told) = start(&disk);
        let line = [&[b'x'; 1023][..], b"\n"].concat();
        let most = limits::LOG_WAITING / line.len();
        for _ in 0..3 * most {
            writer.push(&line);
        }
        // What waits, and one batch that the thread has taken.
        let kept = 3 * most - dropped.get() as usize;
        assert!((most..=2 * most).contains(&kept), "{kept}");
        writer.flush(Duration::from_millis(1));
        disk.inner().is_held = false;
        writer.flush(PATIENCE);
        assert_eq!(disk.text().lines().count(), kept);
        let told = told.lock().unwrap().clone();
        assert_eq!(told.iter().map(|(lines, _)| lines).sum::<u64>(), dropped.get());
        assert!(told[0].1.contains("faster"), "{told:?}");
    }
}

//! For tests that try any input: texts of a corpus, cut, doubled, mixed and spoilt. Each execution has a seed of its own,
//! which is printed when it fails: `ENDURE_SEED=… ENDURE_EXECUTIONS=1` repeats it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "only tests use it: what it prints is their report, and a panic is their end"
)]

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What the short form does.
pub const SHORT: u64 = 3_000;

/// The full size of a long form, or what the environment says.
pub fn long() -> u64 {
    executions(1_000_000)
}

/// What the environment says, or else this.
pub fn executions(full: u64) -> u64 {
    variable("ENDURE_EXECUTIONS").unwrap_or(full)
}

/// The seed of the first execution.
pub fn first_seed() -> u64 {
    variable("ENDURE_SEED").unwrap_or_else(|| fastrand::u64(..u64::MAX / 2))
}

/// A number of the environment.
pub fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} must be a number: {text}")),
    )
}

/// Runs `one` so many times. Whatever it does not want to see it panics about, as the code under test would.
pub fn run(what: &str, executions: u64, corpus: &[&str], mut one: impl FnMut(&mut Input<'_>)) {
    let first = first_seed();
    for seed in first..first + executions {
        let mut input = Input {
            random: fastrand::Rng::with_seed(seed),
            corpus,
        };
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| one(&mut input))) {
            eprintln!("{what}: failed with ENDURE_SEED={seed} ENDURE_EXECUTIONS=1");
            std::panic::resume_unwind(panic);
        }
    }
    report(what, executions, first);
}

/// Nothing was found.
pub fn report(what: &str, executions: u64, first: u64) {
    println!("figure: {what}: {executions} executions from seed {first}, no finding");
}

pub struct Input<'a> {
    pub random: fastrand::Rng,
    corpus: &'a [&'a str],
}

/// Bytes that mean something to one reader or another.
const WORDS: [&[u8]; 28] = [
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\n",
    b" ",
    b"\"",
    b"\\",
    b"\\u0000",
    b"'",
    b"%",
    b"%2f",
    b"%00",
    b"..",
    b"/",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"-1",
    b"9223372036854775808",
    b"1e400",
    b"\xe2\x80\xae",
    b"null",
];

impl Input<'_> {
    pub fn below(&mut self, end: usize) -> usize {
        self.random.usize(..end.max(1))
    }

    /// A text of the corpus after some changes; one in eight as it is.
    pub fn bytes(&mut self) -> Vec<u8> {
        let mut bytes = self.seed().to_vec();
        if self.below(8) > 0 {
            for _ in 0..=self.below(6) {
                self.change(&mut bytes);
            }
        }
        // Growth by doubling is not what is tried.
        bytes.truncate(64 << 10);
        bytes
    }

    pub fn text(&mut self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }

    /// Any number, those at the edges most often.
    pub fn integer(&mut self) -> i64 {
        match self.below(6) {
            0 => 0,
            1 => i64::MIN,
            2 => i64::MAX,
            3 => self.random.i64(..),
            4 => 1 << self.below(63),
            _ => self.random.i64(-3..1000),
        }
    }

    fn seed(&mut self) -> &[u8] {
        let at = self.below(self.corpus.len());
        self.corpus.get(at).map_or(b"", |text| text.as_bytes())
    }

    fn change(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        let end = (at + self.below(16)).min(bytes.len());
        match self.below(8) {
            0 => drop(bytes.drain(at..end)),
            1 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(at..at, part.repeat(1 + self.below(40)));
            }
            2 => {
                let word = WORDS[self.below(WORDS.len())];
                bytes.splice(at..end, word.iter().copied());
            }
            3 => bytes.insert(at, self.random.u8(..)),
            4 => bytes.truncate(at),
            5 => {
                let other = self.seed().to_vec();
                let from = self.below(other.len() + 1);
                bytes.splice(at..end, other[from..].iter().copied());
            }
            6 => {
                let number = self.integer().to_string();
                bytes.splice(at..end, number.bytes());
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.random.u8(..8);
                }
            }
        }
    }
}

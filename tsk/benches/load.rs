//! `cargo bench -p tsk`: how fast a file loads, beside the `toml` crate on the very same text.
//!
//! The texts are TSK and TOML at once, so both do the same work on the same bytes; both give values in a map.
#![expect(clippy::unwrap_used, reason = "what fails ends the test")]

#[path = "../tests/tsk/languages.rs"]
mod languages;

use std::{fmt::Write as _, hint::black_box, io};

use divan::{Bencher, counter::BytesCount};

fn main() {
    divan::main();
}

struct Parts(Vec<String>);

impl tsk::Environment for Parts {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        let index = path.trim_end_matches(".tsk").parse::<usize>().ok();
        let part = index.and_then(|index| self.0.get(index));
        part.map(|text| text.clone().into_bytes())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn var(&self, _name: &str) -> Option<String> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC)
    }
}

const DESCRIPTION: &str = "It answers requests, writes what it did, and never sleeps.";

/// Sections as services have them, at most this long, with this text in each.
fn sections(bytes: usize, index: usize, description: &str) -> String {
    let mut text = String::with_capacity(bytes);
    for n in 0.. {
        let before = text.len();
        write!(
            text,
            "# Service number {n}\n[service-{index}-{n}]\nname = \"the service with number {n}\"\n\
             description = \"{description}\"\nport = {}\nratio = 0.75\n\
             enabled = true\nurl = \"http://service-{n}.example.org:8080/v1/things?limit=50\"\ntimeout = \"30s\"\n\
             hosts = [\"a.example.org\", \"b.example.org\", \"c.example.org\"]\n\
             limits = {{ memory = \"64MB\", requests = 1000, burst = 50 }}  # for each instance\n\n",
            1000 + n % 50_000
        )
        .unwrap();
        if text.len() > bytes {
            text.truncate(before);
            return text;
        }
    }
    text
}

/// A text of this length, in as many files as it needs.
fn parts(bytes: usize, description: &str) -> Vec<String> {
    let count = bytes.div_ceil(MB);
    (0..count)
        .map(|index| sections(bytes / count, index, description))
        .collect()
}

/// Objects inside each other, 40 levels of them on each line.
fn deep(bytes: usize) -> String {
    let line = format!("{}1{}\n", "{ a = [".repeat(20), "] }".repeat(20));
    (0..bytes / (line.len() + 8)).fold(String::new(), |text, n| text + &format!("k{n} = {line}"))
}

fn fujsen(bytes: usize) -> String {
    let line = "    let total = items.iter().map(|item| item.price * 3).sum::<i64>(); // \"all\"\n";
    format!("[code]\nsum_fujsen = '''rust\n{}'''\n", line.repeat(bytes / line.len()))
}

fn tsk(bencher: Bencher<'_, '_>, text: &str) {
    all_tsk(bencher, vec![text.to_owned()]);
}

/// One file as it is; several are included in one.
fn all_tsk(bencher: Bencher<'_, '_>, mut parts: Vec<String>) {
    let bytes = parts.iter().map(String::len).sum::<usize>();
    let main = match parts.len() {
        1 => parts.remove(0),
        count => (0..count).fold(String::new(), |text, n| text + &format!("@include \"{n}.tsk\"\n")),
    };
    let world = Parts(parts);
    bencher
        .counter(BytesCount::new(bytes))
        .bench_local(|| tsk::load("bench.tsk", black_box(&main), &world, languages::options()).unwrap());
}

fn toml(bencher: Bencher<'_, '_>, text: &str) {
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| black_box(text).parse::<toml::Table>().unwrap());
}

/// The largest file that is allowed, nearly.
const MB: usize = 1_000_000;

#[divan::bench(args = [10_000, 100_000, MB, 4 * MB])]
fn sections_tsk(bencher: Bencher<'_, '_>, bytes: usize) {
    all_tsk(bencher, parts(bytes, DESCRIPTION));
}

#[divan::bench(args = [10_000, 100_000, MB, 4 * MB])]
fn sections_toml(bencher: Bencher<'_, '_>, bytes: usize) {
    toml(bencher, &parts(bytes, DESCRIPTION).concat());
}

/// With a long text in each section, 10 MB have no more values than a configuration may have.
#[divan::bench(args = [10_000, 100_000, MB, 10 * MB])]
fn long_texts_tsk(bencher: Bencher<'_, '_>, bytes: usize) {
    all_tsk(bencher, parts(bytes, &DESCRIPTION.repeat(10)));
}

#[divan::bench(args = [10_000, 100_000, MB, 10 * MB])]
fn long_texts_toml(bencher: Bencher<'_, '_>, bytes: usize) {
    toml(bencher, &parts(bytes, &DESCRIPTION.repeat(10)).concat());
}

#[divan::bench(sample_count = 20)]
fn deep_tsk(bencher: Bencher<'_, '_>) {
    tsk(bencher, &deep(MB));
}

#[divan::bench(sample_count = 20)]
fn deep_toml(bencher: Bencher<'_, '_>) {
    toml(bencher, &deep(MB));
}

#[divan::bench]
fn fujsen_tsk(bencher: Bencher<'_, '_>) {
    tsk(bencher, &fujsen(MB));
}

#[divan::bench]
fn fujsen_toml(bencher: Bencher<'_, '_>) {
    toml(bencher, &fujsen(MB));
}

//! The table of figures: printed, and written to the page of figures.

use std::{fmt::Write as _, fs};

use crate::root;

/// Rows of the table that is printed and written.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<[String; 4]>,
}

impl Report {
    /// One figure. `aim` is what was promised, and `met` whether the figure keeps it.
    pub(crate) fn add(&mut self, what: impl Into<String>, figure: impl Into<String>, aim: &str, met: bool) {
        let row = [
            what.into(),
            figure.into(),
            aim.to_owned(),
            if met { "yes" } else { "NO" }.to_owned(),
        ];
        eprintln!("{}: {} (aim {}, met: {})", row[0], row[1], row[2], row[3]);
        self.rows.push(row);
    }

    pub(crate) fn print(&self) {
        println!("\n{}", self.table());
    }

    /// Writes the table beside the bench.
    pub(crate) fn write(&self) {
        let text = format!("{}\n{}\n{}\n", include_str!("before.md"), self.table(), machine());
        fs::write(root().join("tests/bench/README.md"), text).unwrap();
    }

    fn table(&self) -> String {
        let mut table = String::from("| what | figure | aim | met |\n|---|---|---|---|\n");
        for [what, figure, aim, met] in &self.rows {
            let _ = writeln!(table, "| {what} | {figure} | {aim} | {met} |");
        }
        table
    }
}

fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name\t: "))
        .unwrap_or("unknown processor");
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    format!("Measured on {cores} cores of {model}, shared with other work.")
}

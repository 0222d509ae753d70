//! TSK text in one style.

mod outline;

use std::{collections::BTreeMap, fmt::Write as _};

use crate::{
    config::Failure,
    diagnostic::Diagnostic,
    parse::{self, layout::Layout},
    span::SourceMap,
};
use outline::outline;

/// Prints a text in one style: four spaces for each block and bracket, `key: value` and `key = value` with these spaces,
/// no spaces at a line's end, one empty line where there are several. Lines end as the first of them does, with `\n` or
/// `\r\n`; those within a text over several lines are part of a value.
///
/// Comments, the order of things, quotes and line breaks stay as they are; no value changes. What this gives, it gives
/// again. The text needs no variables and no files: only its syntax is read. Fails with what is wrong with that.
pub fn format(text: &str) -> Result<String, Failure> {
    // The reader takes one byte-order mark; a second one is its to report.
    let text = match text.strip_prefix('\u{FEFF}') {
        Some(rest) if !rest.starts_with('\u{FEFF}') => rest,
        _ => text,
    };
    let mut sources = SourceMap::default();
    let file = sources.add("<text>", text);
    let mut diagnostics = Vec::new();
    let fits = text.len() <= crate::limits::FILE_BYTES;
    let (statements, layout) = if fits {
        parse::with_layout(file, text, &mut diagnostics)
    } else {
        diagnostics.push(crate::eval::too_large("<text>"));
        Default::default()
    };
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(Failure {
            diagnostics,
            sources,
            files: Vec::new(),
        });
    }
    let printed = Printer::new(text, &layout).print();
    let again = parse::file(file, &printed, &mut Vec::new());
    // Style never comes before meaning.
    if outline(&statements, text) == outline(&again, &printed) {
        Ok(printed)
    } else {
        Ok(text.to_owned())
    }
}

struct Printer<'a> {
    text: &'a str,
    starts: BTreeMap<u32, u32>,
    /// By their opening bracket.
    brackets: Vec<(u32, u32)>,
    gaps: Vec<(u32, u32, &'static str)>,
    verbatim: Vec<(u32, u32)>,
    newline: &'static str,
}

struct Line {
    start: u32,
    /// Where its first letter stands.
    first: u32,
    end: u32,
}

struct Bracket {
    close: u32,
    /// The column of the line that opens it, as it is printed.
    column: u32,
    trail: Trail,
}

/// The statements that the next line can belong to, each further right than the one before: where they stood, and where they
/// are printed.
#[derive(Default)]
struct Trail(Vec<(u32, u32)>);

impl Trail {
    fn push(&mut self, stood: u32, printed: u32) {
        while self.0.last().is_some_and(|(last, _)| *last >= stood) {
            self.0.pop();
        }
        self.0.push((stood, printed));
    }

    /// Where the last statement is printed that stood no further right than this.
    fn column_at(&self, stood: u32) -> Option<u32> {
        let behind = self.0.partition_point(|(column, _)| *column <= stood);
        Some(self.0.get(behind.checked_sub(1)?)?.1)
    }
}

impl<'a> Printer<'a> {
    fn new(text: &'a str, layout: &Layout) -> Self {
        let mut brackets = layout.brackets.clone();
        let mut gaps = layout.gaps.clone();
        let mut verbatim = layout.verbatim.clone();
        brackets.sort_unstable();
        gaps.sort_unstable();
        verbatim.sort_unstable();
        let mut printer = Self {
            text,
            newline: "\n",
            starts: layout.starts.iter().copied().collect(),
            brackets,
            gaps,
            verbatim,
        };
        printer.newline = printer.first_newline();
        printer
    }

    /// How the first line ends that is no part of a text over several lines.
    fn first_newline(&self) -> &'static str {
        let mut ends = self.text.match_indices('\n').map(|(at, _)| at);
        match ends.find(|end| self.verbatim_at(*end as u32).is_none()) {
            Some(end) if self.text.get(..end).is_some_and(|line| line.ends_with('\r')) => "\r\n",
            _ => "\n",
        }
    }

    fn print(&self) -> String {
        let lines = self.lines();
        let mut out = String::with_capacity(self.text.len());
        let mut open: Vec<Bracket> = Vec::new();
        let mut outside = Trail::default();
        let mut brackets = self.brackets.iter().peekable();
        let mut was_empty = true;
        for (at, line) in lines.iter().enumerate() {
            let held = self.verbatim_at(line.start);
            if held.is_none() && line.first == line.end {
                if !was_empty {
                    out.push_str(self.newline);
                }
                was_empty = true;
                continue;
            }
            was_empty = false;
            let column = match held {
                Some(_) => 0,
                None => {
                    while open.last().is_some_and(|bracket| bracket.close < line.first) {
                        open.pop();
                    }
                    let trail = open.last().map_or(&outside, |bracket| &bracket.trail);
                    let column = self.column(lines.get(at..).unwrap_or_default(), open.last(), trail);
                    if self.starts.contains_key(&line.first) {
                        let trail = open.last_mut().map_or(&mut outside, |bracket| &mut bracket.trail);
                        trail.push(line.first - line.start, column);
                    }
                    column
                }
            };
            match held {
                Some(end) => self.rest(line.start, line.end, end, &mut out),
                None => {
                    let _ = write!(out, "{:1$}", "", column as usize);
                    self.rest(line.first, line.end, line.first, &mut out);
                }
            }
            while let Some((_, close)) = brackets.next_if(|(start, _)| *start < line.end) {
                while open
                    .last()
                    .is_some_and(|bracket| bracket.close < *close && bracket.close < line.end)
                {
                    open.pop();
                }
                if *close >= line.end {
                    open.push(Bracket {
                        close: *close,
                        column,
                        trail: Trail::default(),
                    });
                }
            }
            // Within a text over several lines, the line has kept its own.
            out.push_str(self.verbatim_at(line.end).map_or(self.newline, |_| "\n"));
        }
        let end = out.trim_end_matches(['\r', '\n']).len();
        if self
            .verbatim
            .last()
            .is_none_or(|(_, end)| (*end as usize) < self.text.trim_end().len())
            || end > 0
        {
            out.truncate(end);
        }
        if !out.is_empty() {
            out.push_str(self.newline);
        }
        out
    }

    fn lines(&self) -> Vec<Line> {
        let mut start = 0;
        self.text
            .split('\n')
            .map(|line| {
                let indent = line.len() - line.trim_start_matches([' ', '\t', '\r']).len();
                let at = start;
                start += line.len() + 1;
                Line {
                    start: at as u32,
                    first: (at + indent) as u32,
                    end: (at + line.len()) as u32,
                }
            })
            .collect()
    }

    /// The end of the text over several lines that this place is inside of.
    fn verbatim_at(&self, at: u32) -> Option<u32> {
        let behind = self.verbatim.partition_point(|(start, _)| *start < at);
        let (_, end) = self.verbatim.get(behind.checked_sub(1)?)?;
        (at < *end).then_some(*end)
    }

    /// Where the first of these lines belongs.
    fn column(&self, lines: &[Line], open: Option<&Bracket>, trail: &Trail) -> u32 {
        let Some(line) = lines.first() else { return 0 };
        let inside = open.map_or(0, |bracket| bracket.column + 4);
        if let Some(bracket) = open
            && bracket.close == line.first
        {
            return bracket.column;
        }
        let own = |line: &Line| self.starts.get(&line.first).copied().unwrap_or(0);
        if !self.is_comment(line) {
            return inside + own(line);
        }
        let next = lines
            .iter()
            .find(|line| line.first < line.end && !self.is_comment(line))
            .filter(|next| open.is_none_or(|bracket| next.first < bracket.close));
        let closes = next.is_some_and(|next| self.text[next.first as usize..].starts_with('<'));
        let following = inside + next.map_or(0, own) + if closes { 4 } else { 0 };
        // A comment belongs to what follows it, unless it stands further right: then it ends the block before it.
        let indent = line.first - line.start;
        if indent <= next.map_or(0, |next| next.first - next.start) {
            return following;
        }
        trail
            .column_at(indent)
            .map_or(following, |column| column.max(following))
    }

    fn is_comment(&self, line: &Line) -> bool {
        let text = &self.text[line.first as usize..line.end as usize];
        text.starts_with(['#', ';']) || text.starts_with("//")
    }

    /// A line from `from` on; before `held` it stands in a text over several lines.
    fn rest(&self, from: u32, end: u32, held: u32, out: &mut String) {
        let slice = |from: u32, to: u32| &self.text[from as usize..to as usize];
        if held >= end {
            out.push_str(slice(from, end));
            return;
        }
        let mut at = from;
        let first = self.gaps.partition_point(|(start, _, _)| *start < held);
        for (start, stop, text) in self.gaps.iter().skip(first) {
            if *stop > end {
                break;
            }
            if *start >= at {
                out.push_str(slice(at, *start));
                out.push_str(text);
                at = *stop;
            }
        }
        let rest = slice(at, end);
        if self.verbatim_at(end).is_some() {
            out.push_str(rest);
        } else {
            out.push_str(rest);
            out.truncate(out.trim_end_matches([' ', '\t', '\r']).len());
        }
    }
}

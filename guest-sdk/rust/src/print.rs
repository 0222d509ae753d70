//! What code prints goes to the log: this target has no streams, and the standard library's macros print to nowhere.
use std::{cell::RefCell, fmt};

use crate::{fields, log};

thread_local! {
    /// Of each stream, the line that has not ended yet.
    static BEGUN: [RefCell<String>; 2] = const { [RefCell::new(String::new()), RefCell::new(String::new())] };
}

/// A stream, as `println!` and `eprintln!` have them.
#[derive(Clone, Copy, Debug)]
pub enum Stream {
    /// Standard output: lines are logged at the level `info`.
    Out,
    /// Standard error: lines are logged at the level `warn`.
    Err,
}

/// Logs each line that ends with `text`.
pub fn print(stream: Stream, text: fmt::Arguments<'_>) {
    let text = text.to_string();
    let mut lines = text.split('\n').peekable();
    while let Some(part) = lines.next() {
        let line = BEGUN.with(|begun| {
            let mut begun = begun[stream as usize].borrow_mut();
            begun.push_str(part);
            lines.peek().map(|_| std::mem::take(&mut *begun))
        });
        if let Some(line) = line {
            write(stream, &line);
        }
    }
}

/// Logs the lines that have not ended: the call has.
pub fn end() {
    for stream in [Stream::Out, Stream::Err] {
        let line = BEGUN.with(|begun| begun[stream as usize].take());
        if !line.is_empty() {
            write(stream, &line);
        }
    }
}

fn write(stream: Stream, line: &str) {
    match stream {
        Stream::Out => log::info(line, fields! { stream: "stdout" }),
        Stream::Err => log::warn(line, fields! { stream: "stderr" }),
    }
}

/// As the standard library's, to the log: a line each, at the level `info`.
///
/// In the text of a TSK file these macros come before those of the standard library, and within a function marked `#[fujsen]`
/// everywhere. For the rest of a crate of one's own: `#[macro_use] extern crate tusk;`.
#[macro_export]
macro_rules! println {
    () => { $crate::__private::print($crate::__private::Stream::Out, ::core::format_args!("\n")) };
    ($($text:tt)*) => {
        $crate::__private::print(
            $crate::__private::Stream::Out,
            ::core::format_args!("{}\n", ::core::format_args!($($text)*)),
        )
    };
}

/// As the standard library's, to the log: what stands before a line's end waits for it.
#[macro_export]
macro_rules! print {
    ($($text:tt)*) => {
        $crate::__private::print($crate::__private::Stream::Out, ::core::format_args!($($text)*))
    };
}

/// As the standard library's, to the log: a line each, at the level `warn`.
#[macro_export]
macro_rules! eprintln {
    () => { $crate::__private::print($crate::__private::Stream::Err, ::core::format_args!("\n")) };
    ($($text:tt)*) => {
        $crate::__private::print(
            $crate::__private::Stream::Err,
            ::core::format_args!("{}\n", ::core::format_args!($($text)*)),
        )
    };
}

/// As the standard library's, to the log: what stands before a line's end waits for it.
#[macro_export]
macro_rules! eprint {
    ($($text:tt)*) => {
        $crate::__private::print($crate::__private::Stream::Err, ::core::format_args!($($text)*))
    };
}

/// As the standard library's, to the log: place, expression and value in a line.
#[macro_export]
macro_rules! dbg {
    () => {
        $crate::println!("[{}:{}:{}]", ::core::file!(), ::core::line!(), ::core::column!())
    };
    ($value:expr $(,)?) => {
        match $value {
            value => {
                let (file, line, column) = (::core::file!(), ::core::line!(), ::core::column!());
                $crate::println!("[{file}:{line}:{column}] {} = {:?}", ::core::stringify!($value), &value);
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => { ($($crate::dbg!($value)),+,) };
}

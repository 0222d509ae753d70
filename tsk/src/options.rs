//! How a file is read.

use crate::language::Language;

/// How [`load`](crate::load) reads.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Look at a file away from its place, or at one that was written for another program: what is not at hand becomes a
    /// [`Value::Deferred`](crate::Value::Deferred) without arguments, which prints as it is written.
    ///
    /// Silent: operators that TSK has not, calls such as `php(…)`, code in other languages. With a warning: unset variables,
    /// files that cannot be read, unknown globals, `<<<` texts, values without a key. All else stays an error.
    pub lenient: bool,
    /// The languages that code may be in, likeliest first. Without any, code is text.
    pub languages: &'static [Language],
}

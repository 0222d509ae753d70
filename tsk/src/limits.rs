//! Every bound on what one file may cost, in one place.

/// Bytes of one TSK or `@file` text. A service is source code, not data: whoever reads a file for this crate can stop at one more.
pub const FILE_BYTES: usize = 1 << 20;

/// Brackets and blocks inside each other. Reading recurses, so the stack bounds it.
pub(crate) const NESTING: usize = 64;

/// Brackets inside each other that are read all the same, so that what stands behind them is read. So many levels fit a
/// stack of 2 MB.
pub(crate) const READ_NESTING: usize = 128;

/// Steps of the grammar in one text: 128 for each byte of the largest. Only what stands behind a great many brackets
/// that are never closed may need more, since it is looked through once for each.
pub(crate) const GRAMMAR_STEPS: usize = 128 * FILE_BYTES;

/// Files that include each other in one chain.
pub(crate) const INCLUDES: usize = 16;

/// Files read for one configuration.
pub(crate) const FILES: usize = 256;

/// Values in the result. A reference copies what it names, so a short text can ask for many.
pub(crate) const NODES: usize = 500_000;

/// Bytes of one string that `+` or `${…}` makes.
pub(crate) const STRING_BYTES: usize = 1 << 20;

/// Bytes of all strings that `+`, `${…}` and references make.
pub(crate) const MADE_BYTES: usize = 64 << 20;

/// Operators in one expression. Evaluation recurses along them.
pub(crate) const OPERATORS: usize = 256;

/// Diagnostics kept while reading. Every line of a file that is no TSK at all has one.
pub(crate) const KEPT_DIAGNOSTICS: usize = 1000;

/// Errors shown in one run; beyond this they say nothing new.
pub(crate) const ERRORS: usize = 100;

//! Messages that cannot be told.

/// Why bytes are not a message that can be told.
#[derive(Debug)]
pub(in super::super) enum Untold {
    TooLarge,
    Broken(String),
}

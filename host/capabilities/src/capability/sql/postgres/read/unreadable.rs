//! Values that cannot be given, and small steps that may fail.

/// Why a value cannot be given.
#[derive(Debug, PartialEq)]
pub(super) enum Unreadable {
    /// It is not what its type says.
    Malformed,
    /// A few bytes may stand for a long text.
    TooLong,
}

/// Of values that are no longer than their type has them.
pub(super) fn fixed<const N: usize>(bytes: &[u8]) -> Result<[u8; N], Unreadable> {
    bytes.try_into().map_err(|_| Unreadable::Malformed)
}

/// Writing to a string fails only where memory does.
pub(super) fn written(result: std::fmt::Result) -> Result<(), Unreadable> {
    result.map_err(|_| Unreadable::Malformed)
}

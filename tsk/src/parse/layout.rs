//! Where statements, brackets and gaps stand, for whoever prints the text anew.

/// Places in one text, in bytes.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Where statements and list items start, and how far right they belong in their brackets.
    pub(crate) starts: Vec<(u32, u32)>,
    /// Opening and closing brackets.
    pub(crate) brackets: Vec<(u32, u32)>,
    /// What stands between a key and its value, and what belongs there.
    pub(crate) gaps: Vec<(u32, u32, &'static str)>,
    /// Texts and code over several lines.
    pub(crate) verbatim: Vec<(u32, u32)>,
}

//! What a page of metrics tells of the moment in which it is asked for.

/// What the version that serves now says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Now<'a> {
    /// The name of the service.
    pub service: &'a str,
    /// The version that its file states.
    pub version: &'a str,
    /// Calls that run, and that wait for a place.
    pub gate: (usize, usize),
}

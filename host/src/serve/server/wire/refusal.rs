//! Heads that are not passed on.

/// Why a head of HTTP/1 is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Refusal {
    pub(in super::super) status: u16,
    pub(in super::super) message: &'static str,
}

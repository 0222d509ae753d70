//! Figures of remote configuration.

use super::{cell::Counter, status::Load};

/// How looks at remote configuration ended, and what is wrong with it now.
#[derive(Default)]
pub struct RemoteConfigMeter {
    updates: [Counter; UPDATES.len()],
    /// Why the last look gave no configuration that could be applied; nothing where it did.
    pub problem: Load,
}

/// How one look at remote configuration ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    /// It has changed, and what has is applied.
    Applied,
    /// It says what is known already.
    Unchanged,
    /// It came, and something in it is wrong: none of it is applied.
    Refused,
    /// The configuration service did not give it.
    Unreachable,
}

pub(super) const UPDATES: [(Update, &str); 4] = [
    (Update::Applied, "applied"),
    (Update::Unchanged, "unchanged"),
    (Update::Refused, "refused"),
    (Update::Unreachable, "unreachable"),
];

impl RemoteConfigMeter {
    /// A look at remote configuration ended so.
    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    pub fn count(&self, update: Update) {
        self.updates[update as usize].add(1);
    }

    #[expect(clippy::indexing_slicing, reason = "there is one counter for each variant")]
    pub(super) fn counts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        UPDATES
            .iter()
            .map(|(update, word)| (*word, self.updates[*update as usize].get()))
    }
}

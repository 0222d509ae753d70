//! Figures of remote configuration.

use super::{cell::Counter, status::Load};

/// How looks at remote configuration ended, and what is wrong with it now.
#[derive(Default)]
pub struct RemoteConfigMeter {
    updates: [Counter; UPDATES.len()],
    pub problem: Load,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Update {
    Applied,
    Unchanged,
    Refused,
    Unreachable,
}

pub(super) const UPDATES: [(Update, &str); 4] = [
    (Update::Applied, "applied"),
    (Update::Unchanged, "unchanged"),
    (Update::Refused, "refused"),
    (Update::Unreachable, "unreachable"),
];

impl RemoteConfigMeter {
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

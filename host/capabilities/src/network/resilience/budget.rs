//! How many retries calls may cause: without a bound, retries of everybody bury a dependency that is slow already.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use crate::base::limits;

/// A call earns a part of a retry, a retry costs a whole one. In thousandths.
pub(super) struct RetryBudget(AtomicU64);

const ONE: u64 = 1000;

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU64::new(limits::RETRY_RESERVE * ONE))
    }
}

impl RetryBudget {
    /// A call that is no retry; it earns `percent` of one.
    pub(super) fn earn(&self, percent: f64) {
        let earned = (percent * (ONE as f64) / 100.0) as u64;
        let most = limits::RETRIES_SAVED * ONE;
        let add = |saved: u64| Some(saved.saturating_add(earned).min(most));
        let _ = self.0.fetch_update(Relaxed, Relaxed, add);
    }

    /// Whether one retry more is within the budget; it is spent.
    pub(super) fn spend(&self) -> bool {
        self.0
            .fetch_update(Relaxed, Relaxed, |saved| saved.checked_sub(ONE))
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_share_of_calls_beyond_the_reserve() {
        let budget = RetryBudget::default();
        let mut retries = 0;
        for _ in 0..1000 {
            budget.earn(20.0);
            retries += u64::from(budget.spend());
        }
        assert_eq!(retries, limits::RETRY_RESERVE + 200);
    }

    #[test]
    fn what_is_saved_is_bounded() {
        let budget = RetryBudget::default();
        (0..1_000_000).for_each(|_| budget.earn(100.0));
        assert_eq!(
            (0..10_000).filter(|_| budget.spend()).count() as u64,
            limits::RETRIES_SAVED
        );
    }

    #[test]
    fn no_share_is_the_reserve_alone() {
        let budget = RetryBudget::default();
        (0..1000).for_each(|_| budget.earn(0.0));
        assert_eq!(
            (0..1000).filter(|_| budget.spend()).count() as u64,
            limits::RETRY_RESERVE
        );
    }
}

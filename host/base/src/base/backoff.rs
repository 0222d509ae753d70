//! Pauses between attempts: each twice as long as the one before, up to a bound.

use std::time::Duration;

/// How the pauses of one kind of attempt grow.
#[derive(Clone, Copy, Debug)]
pub struct Backoff {
    /// The pause after the first attempt.
    pub first: Duration,
    /// What no pause exceeds; `first` counts in its place where that is longer.
    pub longest: Duration,
}

impl Backoff {
    /// Pauses that begin with `first` and double up to `longest`.
    pub const fn new(first: Duration, longest: Duration) -> Self {
        Self { first, longest }
    }

    /// The pause after so many attempts.
    pub fn after(self, attempts: u32) -> Duration {
        let doubled = 1_u32 << attempts.saturating_sub(1).min(20);
        self.first.saturating_mul(doubled).min(self.longest.max(self.first))
    }

    /// The pauses one after the other, without end.
    pub fn pauses(self) -> Pauses {
        Pauses {
            backoff: self,
            attempts: 0,
        }
    }
}

/// The pauses between the attempts of one undertaking.
#[derive(Clone, Copy, Debug)]
pub struct Pauses {
    backoff: Backoff,
    attempts: u32,
}

impl Pauses {
    /// The pause after another attempt.
    pub fn after_another(&mut self) -> Duration {
        self.attempts = self.attempts.saturating_add(1);
        self.backoff.after(self.attempts)
    }

    /// An attempt went well.
    pub fn reset(&mut self) {
        self.attempts = 0;
    }
}

/// From half to all of a pause: those that failed together do not come back together.
pub fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + 0.5 * fastrand::f64())
}

/// A tenth more or less than the time between two looks: services that were started together do not look in step.
pub fn spread(every: Duration) -> Duration {
    every.mul_f64(0.9 + 0.2 * fastrand::f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        let backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(60));
        let all = [1, 2, 3, 8, 100].map(|attempts| backoff.after(attempts).as_millis());
        assert_eq!(all, [500, 1000, 2000, 60_000, 60_000]);
        let long = Backoff::new(Duration::from_secs(600), Duration::from_secs(60));
        assert_eq!(long.after(2), Duration::from_secs(600));
        let mut pauses = backoff.pauses();
        assert_eq!(
            [pauses.after_another(), pauses.after_another()].map(|pause| pause.as_millis()),
            [500, 1000]
        );
        pauses.reset();
        assert_eq!(pauses.after_another(), backoff.first);
    }

    #[test]
    fn no_two_come_in_step() {
        let pause = Duration::from_secs(10);
        for _ in 0..1000 {
            assert!((pause / 2..=pause).contains(&jittered(pause)));
            assert!((pause * 9 / 10..=pause * 11 / 10).contains(&spread(pause)));
        }
    }
}

//! The queue, the scheduler and swaps under one seed: it decides what time it is, what comes when, which transactions fail and
//! how, and when a host ends. What runs is the host's own code, from the loader to the tables, on a disk in memory and a clock
//! that stands still while somebody works.
//!
//! `world` is what a seed runs on, `story` what happens in it, `verdict` what must hold in the end.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what a test prints is its report"
)]

mod story;
mod verdict;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use self::{
    verdict::{Seen, judge},
    world::{Workshop, World},
};
use crate::base::fuzz;

/// One story, by its number.
fn one(workshop: &Workshop, seed: u64) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .start_paused(true)
        .build()
        .unwrap();
    fastrand::seed(seed);
    runtime.block_on(async {
        let mut world = World::new(workshop);
        story::tell(&mut world, seed.is_multiple_of(4)).await;
        judge(&world).await
    })
}

fn all(first: u64, seeds: u64) {
    let (workshop, mut sum) = (Workshop::new(), Seen::default());
    for seed in first..first + seeds {
        match catch_unwind(AssertUnwindSafe(|| one(&workshop, seed))) {
            Ok(seen) => sum.add(&seen),
            Err(panic) => {
                eprintln!("simulation: failed with ENDURE_SEED={seed} ENDURE_SEEDS=1");
                resume_unwind(panic);
            }
        }
    }
    println!("figure: {seeds} seeds from {first}: {sum}");
}

#[test]
fn queue_scheduler_and_swaps_hold_under_the_first_hundred_seeds() {
    all(1, 100);
}

#[test]
fn queue_scheduler_and_swaps_hold_under_a_hundred_more_seeds() {
    all(101, 100);
}

#[test]
#[ignore = "an hour of one core"]
fn endure_simulation() {
    all(fuzz::first_seed(), fuzz::variable("ENDURE_SEEDS").unwrap_or(10_000));
}

#[test]
fn a_seed_is_one_story() {
    let workshop = Workshop::new();
    for seed in 1..=4 {
        let [one, other] = [one(&workshop, seed), one(&workshop, seed)];
        assert_eq!(one.to_string(), other.to_string(), "seed {seed}");
        assert_eq!(one, other, "seed {seed}");
    }
}

//! The zoo for as long as one likes: all kinds at random, beside a neighbour whose waiting is measured.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream};
use tokio::sync::watch;

use super::{figure, seed, size};
use crate::{
    cases::hostile::{Held, ends_as_it_must},
    harness::{Animal, End, Service, zoo, zoo_folder},
};

const DEADLINE: &str = "2s";
const AT_ONCE: usize = 100;
const NEIGHBOURS: usize = 4;
/// Of a neighbour after each answer.
const PAUSE: Duration = Duration::from_millis(2);

#[tokio::test(flavor = "multi_thread")]
#[ignore = "an hour, or as many seconds as TUSK_ENDURE_SECONDS says"]
async fn endure_hostile() {
    let time = size("TUSK_ENDURE_SECONDS", 3600) as u64;
    let seed = seed();
    let service =
        Arc::new(Service::start_in(zoo_folder(DEADLINE), &[("TUSK_LOG", "error,access=off,fujsen=off")]).await);
    let served: Vec<Animal> = zoo()
        .into_iter()
        .filter(|animal| matches!(animal.end, End::Status(_)))
        .collect();
    assert_eq!(service.get("/neighbour").await.status, 200);
    let held = Held::by(service.id());
    let idle = percentile(&mut watched(&service, Duration::from_secs(5)).await);

    let end = Instant::now() + Duration::from_secs(time);
    let mut random = fastrand::Rng::with_seed(seed);
    let chosen = std::iter::from_fn(|| (Instant::now() < end).then(|| &served[random.usize(..served.len())]));
    let calls = stream::iter(chosen)
        .map(|animal| ends_as_it_must(&service, animal, true))
        .buffer_unordered(AT_ONCE)
        .fold((0u64, Vec::new()), async |(calls, mut wrong), one| {
            wrong.extend(one);
            (calls + 1, wrong)
        });
    let (mut waits, (calls, wrong)) = tokio::join!(watched(&service, Duration::from_secs(time)), calls);
    let p99 = percentile(&mut waits);
    let (lost, at_its_end) = (service.log().matches("panicked at").count(), held.now());
    figure(format!(
        "{} kinds at random for {time} s, {AT_ONCE} at once, seed {seed}: {calls} calls, {} that ended otherwise than they \
         must, 0 exits, {lost} tasks lost",
        served.len(),
        wrong.len()
    ));
    figure(format!(
        "a neighbour: p99 {p99:.1?} of {} calls beside them, {idle:.1?} alone",
        waits.len()
    ));
    assert!(wrong.is_empty(), "seed {seed}: {}", wrong.join("\n"));
    assert_eq!(lost, 0, "seed {seed}: a task of the host ended");
    held.is_given_back().await;
    figure(format!(
        "memory: {} at the start; {at_its_end} at the last call; {} afterwards",
        held.before,
        held.now()
    ));
    // A host that was built for debugging is not what was promised.
    if !cfg!(debug_assertions) {
        assert!(
            p99 <= Duration::from_millis(20) && p99 <= idle * 10,
            "a neighbour waits {p99:?}, {idle:?} alone"
        );
    }
}

/// What the neighbour's calls took.
async fn watched(service: &Arc<Service>, time: Duration) -> Vec<Duration> {
    let (stop, stopped) = watch::channel(false);
    let asking = (0..NEIGHBOURS).map(|_| {
        let (service, stopped) = (service.clone(), stopped.clone());
        tokio::spawn(async move {
            let mut took = Vec::new();
            while !*stopped.borrow() {
                let asked = Instant::now();
                assert_eq!(service.get("/neighbour").await.status, 200);
                took.push(asked.elapsed());
                tokio::time::sleep(PAUSE).await;
            }
            took
        })
    });
    let asking: Vec<_> = asking.collect();
    tokio::time::sleep(time).await;
    stop.send_replace(true);
    let all = futures_util::future::try_join_all(asking).await;
    all.expect("the neighbour is served").concat()
}

/// 99 of 100 took no longer.
fn percentile(took: &mut [Duration]) -> Duration {
    took.sort_unstable();
    took[took.len() * 99 / 100]
}

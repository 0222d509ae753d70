//! What must hold in the end.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::{SignedDuration, Timestamp};

use super::world::{ATTEMPTS, SERVICES, World};
use crate::{
    base::value::{Error, Value},
    storage::queue::Event,
};

/// What was done, and seen while it was.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) calm: bool,
    pub(super) published: Vec<Published>,
    pub(super) swaps: usize,
    kills: usize,
    stops: usize,
    answers: usize,
    wrong: Vec<String>,
    slots: usize,
    deliveries: i64,
    dead: usize,
    /// From when to when a host of a service ran, and whether it was killed.
    lives: Vec<(&'static str, Timestamp, Timestamp, bool)>,
    /// What a service has in the end.
    states: Vec<BTreeMap<String, i64>>,
}

/// An event that was taken.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Published {
    pub(super) id: String,
    pub(super) key: Option<String>,
    /// Deliveries that fail.
    pub(super) fails: i64,
}

impl Seen {
    pub(super) fn killed(&mut self, service: &'static str, since: Timestamp, now: Timestamp) {
        self.kills += 1;
        self.lives.push((service, since, now, true));
    }

    pub(super) fn stopped(&mut self, service: &'static str, since: Timestamp, now: Timestamp) {
        self.stops += 1;
        self.lives.push((service, since, now, false));
    }

    pub(super) fn answered(&mut self, version: i64, answer: Result<Value, Error>) {
        match answer {
            Ok(Value::Integer(of)) if of == version => self.answers += 1,
            // Who waits for it is a task of its own, whose panic fails no test.
            wrong => self.wrong.push(format!("version {version} answered {wrong:?}")),
        }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.published.extend(other.published.iter().cloned());
        self.swaps += other.swaps;
        self.kills += other.kills;
        self.stops += other.stops;
        self.answers += other.answers;
        self.slots += other.slots;
        self.deliveries += other.deliveries;
        self.dead += other.dead;
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            published,
            swaps,
            kills,
            stops,
            answers,
            slots,
            deliveries,
            dead,
            ..
        } = self;
        write!(
            f,
            "{} events to 2 services in {deliveries} deliveries, {dead} given up; {answers} requests over {swaps} swaps; {slots} \
             slots; {kills} kills and {stops} stops of a host",
            published.len()
        )
    }
}

/// Ends the hosts, and holds what is left against what was promised.
pub(super) async fn judge(world: &World<'_>) -> Seen {
    let mut seen = std::mem::take(&mut *world.seen.lock());
    let now = world.now();
    let wrong = &seen.wrong;
    assert!(
        wrong.is_empty(),
        "a request ends on the version that it began on: {wrong:?}"
    );
    for host in &world.hosts {
        let since = host.process.as_ref().unwrap().since();
        seen.lives.push((host.service, since, now, false));
    }
    for service in SERVICES {
        let state = state(world, service);
        let dead = dead(world, service).await;
        for wrong in ["mixed versions", "overlaps", "slot twice"] {
            assert_eq!(state.values.get(wrong), None, "{service}: {wrong}");
        }
        delivered(&seen, service, &state, &dead);
        in_order(&seen, service, &state, &dead);
        seen.slots += slots(&seen, service, &state, now);
        let begun = state.values.iter().filter(|(key, _)| key.starts_with("begun "));
        seen.deliveries += begun.map(|(_, count)| count).sum::<i64>();
        seen.dead += dead.len();
        seen.states.push(state.values);
    }
    seen
}

struct State {
    values: BTreeMap<String, i64>,
    /// In the order in which they came to be.
    order: Vec<String>,
}

fn state(world: &World<'_>, service: &'static str) -> State {
    let rows: Vec<(String, Vec<u8>)> = world.disk.look(&world.state(service), |connection| {
        let mut statement = connection.prepare("SELECT key, value FROM state WHERE service = ? ORDER BY id")?;
        let rows = statement.query_map([service], |row| Ok((row.get(0)?, row.get(1)?)))?;
        rows.collect()
    });
    let number = |value: &[u8]| std::str::from_utf8(value).unwrap().parse().unwrap();
    State {
        order: rows.iter().map(|(key, _)| key.clone()).collect(),
        values: rows.iter().map(|(key, value)| (key.clone(), number(value))).collect(),
    }
}

/// The ids of what a service has given up.
async fn dead(world: &World<'_>, service: &str) -> BTreeSet<String> {
    let app = world.any();
    let dead = app.context.capabilities.events.queue().dead(service).await.unwrap();
    dead.iter().map(|dead| Event::parse(&dead.event).unwrap().id).collect()
}

/// Each event that was taken has its effect, once by the inbox, or is kept apart.
fn delivered(seen: &Seen, service: &str, state: &State, dead: &BTreeSet<String>) {
    for Published { id, fails, .. } in &seen.published {
        let count = |what: &str| state.values.get(&format!("{what} {id}")).copied().unwrap_or(0);
        let (begun, done, inbox) = (count("begun"), count("done"), count("inbox"));
        let what = format!("{service}: event {id}: begun {begun} times, done {done} times, fails {fails} times");
        assert!(done > 0 || dead.contains(id), "{what}: it is lost");
        assert!(inbox <= 1 && (done == 0 || inbox == 1), "{what}: {inbox} effects");
        let fails_always = *fails >= ATTEMPTS;
        if fails_always {
            assert!(done == 0 && dead.contains(id), "{what}: it cannot be done");
        }
        if seen.calm {
            let (least, expected) = if fails_always { (0, ATTEMPTS) } else { (1, fails + 1) };
            assert_eq!((begun, done), (expected, least), "{what}: nothing was in its way");
            assert_eq!(dead.contains(id), fails_always, "{what}");
        }
    }
}

/// Events of one key have their effects in the order of their publication.
fn in_order(seen: &Seen, service: &str, state: &State, dead: &BTreeSet<String>) {
    let place = |id: &String| state.order.iter().position(|key| *key == format!("inbox {id}"));
    let mut last: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    for Published { id, key, .. } in seen.published.iter().filter(|event| !dead.contains(&event.id)) {
        let (Some(key), Some(at)) = (key, place(id)) else {
            continue;
        };
        if let Some((before, other)) = last.insert(key, (at, id)) {
            assert!(before < at, "{service}: event {id} of {key} was handled before {other}");
        }
    }
}

/// Between a slot and its end by the latest, when nothing is in its way.
const RUN: SignedDuration = SignedDuration::from_secs(14);

/// Each slot that came while a host ran was run, unless the host that ran it was killed.
fn slots(seen: &Seen, service: &str, state: &State, now: Timestamp) -> usize {
    let first = seen.lives.iter().map(|life| life.1).min().unwrap();
    let period = 20;
    let (mut run, mut slot) = (0, first.as_second() / period * period + period);
    while slot + RUN.as_secs() < now.as_second() {
        let at = Timestamp::from_second(slot).unwrap();
        let (begin, end) = (at - SignedDuration::from_secs(1), at + RUN);
        let own = || seen.lives.iter().filter(|life| life.0 == service);
        let was_killed = own().any(|(_, _, until, killed)| *killed && (begin..=end).contains(until));
        let was_up = own().any(|(_, since, until, _)| *since < begin && *until > end);
        let is_run = state.values.contains_key(&format!("slot {}", at.strftime("%T")));
        assert!(is_run || was_killed || !was_up, "{service}: the slot {at} was left out");
        run += usize::from(is_run);
        slot += period;
    }
    run
}

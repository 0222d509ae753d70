//! Slots that come while the service runs.

use std::{
    cell::{Cell, RefCell},
    fs,
    path::Path,
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tempfile::TempDir;
use tokio::{
    sync::watch,
    time::{Instant, sleep},
};

use super::{
    claim::{Claim, SlotClaims},
    due::{Due, follow},
    run,
};
use crate::{
    base::clock,
    base::fixture,
    sandbox::fixture::RedisServer,
    service::{app::App, live::Live, load::Loader},
    storage::store::{Place, Stores},
};

/// A service that does nothing but have schedules.
struct Service {
    folder: TempDir,
    loader: Loader,
}

impl Service {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let described = json!({"name": "nothing", "params": [], "result": "()"}).to_string();
        let described = described.replace('"', "\\22");
        let sections = format!("(@custom \"tusk:encoding\" \"utf16\") (@custom \"tusk:functions\" \"{described}\")");
        let text = include_str!("../server/tests/guest.wat");
        let guest = format!("{}{sections})", &text[..text.rfind(')').unwrap()]);
        fs::write(folder.path().join("guest.wasm"), wat::parse_str(guest).unwrap()).unwrap();
        let loader = Loader::new(folder.path().join("service.tsk"), &folder.path().join("cache")).unwrap();
        Self { folder, loader }
    }

    fn load(&self, schedules: &str) -> Arc<App> {
        let text = format!("[a]\nf_fujsen = @wasm(\"guest.wasm\")\n\n[schedules]\n{schedules}\n");
        fs::write(self.folder.path().join("service.tsk"), text).unwrap();
        self.loader.load(None, &|_| {}).unwrap().app
    }
}

const START: &str = "2026-01-01T00:00:00.5Z";

/// The slots that come while `story` goes on, on a clock that starts at [`START`] and that the test moves.
async fn slots(first: Arc<App>, story: impl AsyncFnOnce(&Live)) -> Vec<String> {
    let live = Live::new(first);
    let (stop, stopping) = watch::channel(false);
    let (start, begun) = (START.parse::<Timestamp>().unwrap(), Instant::now());
    let now = || start + SignedDuration::try_from(begun.elapsed()).unwrap();
    let seen = RefCell::new(Vec::new());
    let note = |_: &Arc<App>, due: Due| {
        let past = if due.is_past { " past" } else { "" };
        seen.borrow_mut()
            .push(format!("{} {}{past}", due.slot.strftime("%T"), due.id));
    };
    tokio::join!(follow(&live, stopping, now, note), async {
        story(&live).await;
        stop.send(true).unwrap();
    });
    seen.into_inner()
}

#[tokio::test(start_paused = true)]
async fn each_slot_comes_once() {
    let service = Service::new();
    let app = service.load("\"every 1s\": a.nothing\n\"every 2s\": a.nothing\n\"* * * * *\": a.nothing");
    let seen = slots(app, async |_| sleep(Duration::from_millis(3_700)).await).await;
    assert_eq!(
        seen,
        [
            "00:00:01 every 1s a.nothing",
            "00:00:02 every 1s a.nothing",
            "00:00:02 every 2s a.nothing",
            "00:00:03 every 1s a.nothing",
            "00:00:04 every 1s a.nothing",
            "00:00:04 every 2s a.nothing",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_swap_keeps_the_rhythm() {
    let service = Service::new();
    let apps = [
        service.load("\"every 2s\": a.nothing\n\"every 3s\": a.nothing"),
        service.load("\"every 2s\": a.nothing\n\"every 1s\": a.nothing"),
    ];
    // A swap falls into each moment: before, between and after slots.
    let seen = slots(apps[0].clone(), async |live| {
        for swap in 1..=40 {
            sleep(Duration::from_millis(100)).await;
            if swap != 30 {
                live.swap(apps[0].clone());
            }
        }
        live.swap(apps[1].clone());
        sleep(Duration::from_secs(2)).await;
    })
    .await;
    assert_eq!(
        seen,
        [
            "00:00:02 every 2s a.nothing",
            "00:00:03 every 3s a.nothing",
            "00:00:04 every 2s a.nothing",
            "00:00:05 every 1s a.nothing",
            "00:00:06 every 2s a.nothing",
            "00:00:06 every 1s a.nothing",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn what_was_missed_is_made_up_once_where_asked() {
    let service = Service::new();
    let app = service.load("\"0 * * * *\": a.nothing\n\"30 * * * *\": { run: a.nothing, catch_up: \"once\" }");
    // The machine sleeps for three and a half hours: its timers stand still, the clock on the wall does not.
    let live = Live::new(app);
    let (stop, stopping) = watch::channel(false);
    let (start, begun) = (START.parse::<Timestamp>().unwrap(), Instant::now());
    let asleep = SignedDuration::from_mins(212);
    let now = || {
        let passed = SignedDuration::try_from(begun.elapsed()).unwrap();
        let slept = if passed > SignedDuration::from_secs(5) {
            asleep
        } else {
            SignedDuration::ZERO
        };
        start + passed + slept
    };
    let seen = RefCell::new(Vec::new());
    let note = |_: &Arc<App>, due: Due| seen.borrow_mut().push((due.slot.to_string(), due.is_past));
    tokio::join!(follow(&live, stopping, now, note), async {
        sleep(Duration::from_secs(60)).await;
        stop.send(true).unwrap();
    });
    assert_eq!(
        seen.into_inner(),
        [
            ("2025-12-31T23:30:00Z".to_owned(), true),
            ("2026-01-01T03:30:00Z".to_owned(), false),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_slot_that_comes_between_two_looks_at_the_clock_is_not_left_out() {
    let service = Service::new();
    let live = Live::new(service.load("\"every 1s\": a.nothing"));
    let (stop, stopping) = watch::channel(false);
    let (start, begun, looks) = (START.parse::<Timestamp>().unwrap(), Instant::now(), Cell::new(0));
    let now = || {
        looks.set(looks.get() + 1);
        let looking = SignedDuration::from_millis(70 * looks.get());
        start + SignedDuration::try_from(begun.elapsed()).unwrap() + looking
    };
    let seen = RefCell::new(Vec::new());
    let note = |_: &Arc<App>, due: Due| seen.borrow_mut().push(due.slot.as_second());
    tokio::join!(follow(&live, stopping, now, note), async {
        sleep(Duration::from_secs(60)).await;
        stop.send(true).unwrap();
    });
    let seen = seen.into_inner();
    assert!(seen.len() >= 60, "{}", seen.len());
    assert!(seen.windows(2).all(|pair| pair[1] == pair[0] + 1), "{seen:?}");
}

#[tokio::test]
async fn a_schedule_that_never_ran_has_missed_nothing() {
    let service = Service::new();
    let app = service.load("\"every 1m\": { run: a.nothing, catch_up: \"once\" }");
    let id = app.schedules.iter().next().unwrap().id();
    let claims = SlotClaims::new(
        app.schedules.store.clone().unwrap(),
        app.context.service.name.clone(),
        id.clone(),
    );
    for (minute, is_past, last) in [
        (1, true, None),
        (2, false, Some(2)),
        (3, true, Some(3)),
        (2, true, Some(3)),
    ] {
        let slot = second(minute * 60);
        let id = id.clone();
        run::slot(app.clone(), Due { id, slot, is_past }, clock::system()).await;
        let expected = last.map(|minute| second(minute * 60).as_millisecond());
        assert_eq!(claims.last().await.unwrap(), expected, "minute {minute}");
    }
    let next = second(4 * 60);
    let claim = claims
        .take(next, Timestamp::now(), Duration::from_secs(1), false)
        .await
        .unwrap();
    assert_eq!(claim, Claim::Won, "a run that has ended keeps nobody away");
}

/// Two hosts of one service, with nothing in common but where it keeps its data.
async fn pairs() -> [(TempDir, Option<RedisServer>, [SlotClaims; 2]); 2] {
    let server = RedisServer::start();
    let url = server.url();
    let claims = |folder: &Path, url: Option<&str>| {
        let config = url.map(|url| fixture::config(json!({ "url": url })));
        let setting = config.as_ref().and_then(|config| config.get("url"));
        let place = Place::read(setting, "state.url", &folder.join("service.tsk")).unwrap();
        // A file that is closed is opened again: nothing else keeps these stores.
        let store = Stores::default().at(&place);
        SlotClaims::new(store, "users".into(), "every 1s a.nothing".into())
    };
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let sqlite = [claims(folders[0].path(), None), claims(folders[0].path(), None)];
    let redis = [
        claims(folders[1].path(), Some(&url)),
        claims(folders[1].path(), Some(&url)),
    ];
    let started = std::time::Instant::now();
    while redis[0].last().await.is_err() {
        assert!(started.elapsed().as_secs() < 10, "the server does not answer");
        sleep(Duration::from_millis(20)).await;
    }
    let [one, other] = folders;
    [(one, None, sqlite), (other, Some(server), redis)]
}

fn second(number: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + number).unwrap()
}

#[tokio::test]
async fn one_host_wins_each_slot() {
    for (_folder, _server, [one, other]) in pairs().await {
        assert_eq!(one.last().await.unwrap(), None);
        for n in 0..100 {
            let slot = second(n);
            let take = async |host: &SlotClaims| host.take(slot, slot, Duration::from_secs(9), true).await;
            let both = tokio::join!(take(&one), take(&other));
            let mut both = [both.0.unwrap(), both.1.unwrap()];
            both.sort_by_key(|claim| *claim != Claim::Won);
            assert_eq!(both, [Claim::Won, Claim::Taken]);
        }
        assert_eq!(other.last().await.unwrap(), Some(second(99).as_millisecond()));
        assert_eq!(
            one.take(second(42), second(100), Duration::ZERO, true).await.unwrap(),
            Claim::Taken
        );
        // An hour and more ahead is no slot but a mistake of a clock.
        let before = second(-4000);
        assert_eq!(
            one.take(before, before, Duration::ZERO, true).await.unwrap(),
            Claim::Won
        );
    }
}

#[tokio::test]
async fn a_clock_that_is_set_stops_no_schedule_and_repeats_no_slot() {
    let (hold, hour) = (Duration::from_secs(10), 3600);
    for (_folder, _server, [one, other]) in pairs().await {
        let take = async |host: &SlotClaims, n, now| host.take(second(n), second(now), hold, false).await.unwrap();
        assert_eq!(take(&one, 0, 0).await, Claim::Won);
        one.release(second(0)).await.unwrap();
        // Set forward, and its host dies in the run.
        assert_eq!(take(&one, hour, hour).await, Claim::Won);
        // And back: neither that slot nor the end of that run keeps anybody away.
        assert_eq!(take(&other, 1, 1).await, Claim::Won);
        other.release(second(1)).await.unwrap();
        assert_eq!(take(&one, 2, 2).await, Claim::Won);
        // Set back by an hour: the hour's slots come again, but for the one that ran last.
        assert_eq!(take(&other, 2, 2 - hour).await, Claim::Taken);
        assert_eq!(take(&other, 2 - hour, 2 - hour).await, Claim::Won);
        // Hosts whose clocks differ by less than that do not.
        other.release(second(2 - hour)).await.unwrap();
        assert_eq!(take(&one, -1 - hour, -1 - hour).await, Claim::Taken);
    }
}

#[tokio::test(start_paused = true)]
async fn slots_come_although_the_clock_is_set() {
    let service = Service::new();
    for by in [SignedDuration::from_hours(1), SignedDuration::from_hours(-1)] {
        let live = Live::new(service.load("\"every 1s\": a.nothing\n\"* * * * *\": a.nothing"));
        let (stop, stopping) = watch::channel(false);
        let (start, begun) = (START.parse::<Timestamp>().unwrap(), Instant::now());
        let now = || {
            let passed = SignedDuration::try_from(begun.elapsed()).unwrap();
            let set = if passed > SignedDuration::from_secs(20) {
                by
            } else {
                SignedDuration::ZERO
            };
            start + passed + set
        };
        let seen = RefCell::new(Vec::new());
        let note = |_: &Arc<App>, due: Due| seen.borrow_mut().push((due.id, due.slot));
        tokio::join!(follow(&live, stopping, now, note), async {
            sleep(Duration::from_secs(200)).await;
            stop.send(true).unwrap();
        });
        let count = |id: &str| seen.borrow().iter().filter(|(one, _)| one == id).count();
        assert!(
            count("every 1s a.nothing") >= 190,
            "{by}: {}",
            count("every 1s a.nothing")
        );
        assert!(count("* * * * * a.nothing") >= 3, "{by}");
        let set = start + by;
        assert!(
            seen.borrow().iter().any(|(_, slot)| (*slot - set).get_hours() == 0),
            "{by}"
        );
    }
}

#[tokio::test]
async fn a_run_that_goes_on_keeps_the_next_away_on_every_host() {
    let hold = Duration::from_secs(10);
    for (_folder, _server, [one, other]) in pairs().await {
        let take = async |host: &SlotClaims, n, overlap| host.take(second(n), second(n), hold, overlap).await.unwrap();
        assert_eq!(take(&one, 0, false).await, Claim::Won);
        assert_eq!(take(&other, 1, false).await, Claim::Overlaps);
        assert_eq!(take(&one, 1, false).await, Claim::Taken, "it was skipped for all");
        assert_eq!(take(&other, 2, true).await, Claim::Won);
        other.release(second(0)).await.unwrap();
        assert_eq!(
            take(&one, 3, false).await,
            Claim::Overlaps,
            "the run that was released was not the last"
        );
        other.release(second(2)).await.unwrap();
        assert_eq!(take(&one, 4, false).await, Claim::Won);
        assert_eq!(take(&other, 13, false).await, Claim::Overlaps);
        assert_eq!(
            take(&other, 14, false).await,
            Claim::Won,
            "a host that died holds nothing for ever"
        );
    }
}

#[tokio::test]
async fn a_claim_whose_answer_was_lost_is_still_won() {
    let hold = Duration::from_secs(10);
    for (_folder, _server, [one, other]) in pairs().await {
        let take = async |host: &SlotClaims, n| host.take(second(n), second(n), hold, false).await.unwrap();
        assert_eq!(take(&one, 0).await, Claim::Won);
        assert_eq!(take(&other, 0).await, Claim::Taken);
        assert_eq!(take(&one, 0).await, Claim::Won, "it asks again");
        assert_eq!(take(&other, 1).await, Claim::Overlaps);
        assert_eq!(
            take(&one, 0).await,
            Claim::Won,
            "although a later one was skipped meanwhile"
        );
        assert_eq!(other.last().await.unwrap(), Some(second(1).as_millisecond()));
        one.release(second(0)).await.unwrap();
        assert_eq!(take(&other, 2).await, Claim::Won);
        assert_eq!(take(&one, 0).await, Claim::Taken, "its time is over");
    }
}

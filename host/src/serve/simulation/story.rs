//! What happens: events are published, requests come, files are saved, hosts end and start again, transactions fail.

use std::time::Duration;

use serde_json::json;
use tokio::{task::JoinSet, time::sleep};

use super::world::{Door, Doors, SERVICES, World};
use crate::{
    base::value::Value,
    observe::{request::CallOrigin, tasks, traces::Trace},
    serve::simulation::verdict::Published,
    service::app::App,
    storage::queue::PublishOptions,
};

/// What a story is made of. `calm`: nothing fails and no host ends.
pub(super) async fn tell(world: &mut World<'_>, calm: bool) {
    for host in 0..world.hosts.len() {
        world.start(host).await;
    }
    subscribed(world).await;
    world.seen.lock().calm = calm;
    if !calm {
        world.disk.trouble(fastrand::u32(0..40));
    }
    let mut publishing = JoinSet::new();
    for lane in 0..3 {
        let publish = publish(world.doors.clone(), lane, fastrand::usize(6..14));
        tasks::run_in(&mut publishing, "publisher", publish);
    }
    let end = tokio::time::Instant::now() + Duration::from_secs(35);
    while tokio::time::Instant::now() < end {
        sleep(Duration::from_millis(fastrand::u64(..900))).await;
        step(world, calm).await;
    }
    // From now on all goes well: what was promised is kept.
    world.disk.trouble(0);
    for host in 0..world.hosts.len() {
        if world.hosts[host].process.is_none() {
            world.start(host).await;
        }
    }
    while let Some(published) = publishing.join_next().await {
        world.seen.lock().published.extend(published.unwrap());
    }
    settled(world).await;
    // A slot of each schedule more.
    sleep(Duration::from_secs(25)).await;
    settled(world).await;
}

async fn step(world: &mut World<'_>, calm: bool) {
    let host = fastrand::usize(..world.hosts.len());
    match fastrand::u32(..100) {
        0..14 => world.swap(host).await,
        14..22 if !calm => world.kill(host).await,
        22..27 if !calm => world.stop(host).await,
        27..45 if world.hosts[host].process.is_none() => world.start(host).await,
        _ => request(world, host),
    }
}

/// A request of a client, which waits for its answer beside the rest.
fn request(world: &World<'_>, host: usize) {
    let Some(Door { live, mut life }) = world.doors.lock()[host].clone() else {
        return;
    };
    let seen = world.seen.clone();
    let milliseconds = fastrand::i64(0..1500);
    let ask = async move {
        let app = live.current();
        let version: i64 = app.context.service.version.parse().unwrap();
        let _pass = app.gate.enter().await.unwrap();
        let handler = app.handler("a.request").unwrap().clone();
        let answer = app.run(
            &handler,
            vec![Value::Integer(milliseconds)],
            CallOrigin::internal(),
            app.now(),
        );
        let answer = answer.await.map(|reply| reply.body);
        seen.lock().answered(version, answer);
    };
    tasks::run("request", async move {
        tokio::select! {
            biased;
            _ = life.changed() => {}
            () = ask => {}
        }
    });
}

/// Publishes one event after the other, each until it is taken. Two of three lanes have a key.
async fn publish(doors: Doors, lane: usize, events: usize) -> Vec<Published> {
    let mut published = Vec::new();
    for number in 0..events {
        sleep(Duration::from_millis(fastrand::u64(..2500))).await;
        let event = Published {
            id: format!("{lane}-{number}"),
            key: (lane > 0).then(|| format!("key {lane}")),
            fails: match fastrand::u32(..10) {
                0 => 1000,
                1 => 1,
                _ => 0,
            },
        };
        let milliseconds = fastrand::u64(..700);
        loop {
            let door = {
                let doors = doors.lock();
                doors[fastrand::usize(..doors.len())].clone()
            };
            let Some(Door { live, mut life }) = door else {
                sleep(Duration::from_millis(100)).await;
                continue;
            };
            let app = live.current();
            let is_taken = tokio::select! {
                biased;
                _ = life.changed() => false,
                is_taken = take(&app, &event, milliseconds) => is_taken,
            };
            if is_taken {
                break;
            }
        }
        published.push(event);
    }
    published
}

async fn take(app: &App, event: &Published, milliseconds: u64) -> bool {
    let id = &event.id;
    let data = json!({
        "begun": format!("begun {id}"),
        "done": format!("done {id}"),
        "inbox": format!("inbox {id}"),
        "ms": milliseconds,
        "fails": event.fails,
    });
    let options = PublishOptions {
        target: None,
        key: event.key.clone(),
        id: Some(id.clone()),
    };
    let deadline = app.now() + app.context.limits.deadline;
    let events = &app.context.capabilities.events;
    let trace = Trace::default();
    let taken = events.publish(&trace, deadline, "made".to_owned(), data.to_string(), options);
    taken.await.is_ok()
}

/// Until each service has its place in the queue: who comes later finds what is there, which may be nothing.
async fn subscribed(world: &World<'_>) {
    let app = world.any();
    while app.context.capabilities.events.queue().progress().await.unwrap().len() < SERVICES.len() {
        sleep(Duration::from_millis(10)).await;
    }
}

/// Until the queue is empty.
async fn settled(world: &World<'_>) {
    let app = world.any();
    let end = tokio::time::Instant::now() + Duration::from_secs(180);
    loop {
        let progress = app.context.capabilities.events.queue().progress().await.unwrap();
        if progress.iter().all(|one| one.waiting + one.pending == 0) {
            return;
        }
        assert!(tokio::time::Instant::now() < end, "events are left: {progress:?}");
        sleep(Duration::from_millis(200)).await;
    }
}

//! Events outlive hosts and Redis servers that are killed.

use serde_json::json;

use super::{LANGUAGES, Place, done, effects, made, publish};

#[tokio::test]
async fn an_event_survives_the_host_that_is_killed_in_its_handler() {
    for place in Place::all() {
        for language in LANGUAGES {
            let host = place.host().await;
            publish(
                &host,
                language,
                json!({ "kind": format!("{language}_slow"), "n": 1, "key": "k" }),
            )
            .await;
            done(&host, &format!("{language}.begin"), 1).await;
            // The next of its key must wait for it.
            publish(
                &host,
                language,
                json!({ "kind": format!("{language}_made"), "n": 2, "key": "k" }),
            )
            .await;
            // SIGKILL.
            drop(host);
            let next = place.host().await;
            let done = done(&next, &format!("{language}.audit"), 1).await;
            assert_eq!(done[0].0, 2, "{} {language}", place.engine);
            let begun = effects(&next, &format!("{language}.begin")).await;
            let ended = effects(&next, &format!("{language}.slow")).await;
            assert_eq!(
                (begun.len(), ended.len()),
                (2, 1),
                "{} {language}: delivered twice",
                place.engine
            );
        }
    }
}

#[tokio::test]
async fn an_event_that_kills_every_host_is_given_up() {
    let place = Place::new("sqlite");
    for n in 1..=3 {
        let host = place.host().await;
        if n == 1 {
            publish(&host, "rust", json!({ "kind": "rust_slow", "n": 1 })).await;
        }
        done(&host, "rust.begin", n).await;
        drop(host);
    }
    let host = place.host().await;
    host.logged("the host ended while it was handled").await;
    publish(&host, "rust", made("rust", 2)).await;
    done(&host, "rust.handle", 1).await;
    assert_eq!(effects(&host, "rust.begin").await.len(), 3, "no fourth time");
}

#[tokio::test]
async fn consumers_live_through_a_restart_of_redis() {
    for engine in ["stream", "list"] {
        let mut place = Place::new(engine);
        let host = place.host().await;
        publish(&host, "rust", made("rust", 1)).await;
        done(&host, "rust.audit", 1).await;
        place.redis.as_mut().unwrap().kill();
        let refused = host.post("/rust", made("rust", 2)).await;
        assert_eq!(refused.status, 503, "{}", refused.text);
        host.logged("no events can be taken").await;
        place.redis.as_mut().unwrap().restart();
        host.logged("the queue can be reached again").await;
        for language in ["assemblyscript", "typescript"] {
            publish(&host, language, made(language, 3)).await;
            done(&host, &format!("{language}.handle"), 1).await;
        }
    }
}

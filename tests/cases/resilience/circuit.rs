//! `[resilience]`: timeouts, retries, budgets, circuit breakers, bounds.

use std::time::Duration;

use serde_json::json;

use super::{LANGUAGES, caller, dependencies, file};
use crate::harness::{Mood, Moody, eventually};

const QUICK: &str = "[resilience]\nusers: { timeout: \"250ms\", retries: 2, backoff: \"5ms\", failure_threshold: 5, recovery_timeout: \"1s\" }";

#[tokio::test]
async fn an_upstream_that_fails_hangs_drips_or_resets_is_left_alone_until_it_is_back() {
    let users = Moody::start("a").await;
    let service = caller(dependencies(&[&users]), QUICK).await;
    let url = format!("{}/x", users.url());
    for (round, mood) in [Mood::Fails, Mood::Hangs, Mood::Drips, Mood::Resets]
        .into_iter()
        .enumerate()
    {
        let language = LANGUAGES[round % LANGUAGES.len()];
        let query = [("url", &*url)];
        let ask = || service.ask("/rust", &query);
        assert_eq!(service.ask(&format!("/{language}"), &[("url", &url)]).await.status, 200);
        users.becomes(mood);
        let before = users.requests();
        let mut refused = None;
        for _ in 0..8 {
            let answer = service.ask(&format!("/{language}"), &[("url", &url)]).await;
            if answer.text.contains("circuit breaker") {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.unwrap_or_else(|| panic!("{mood:?} does not open the circuit"));
        assert_eq!(refused.status, 503, "{}", refused.text);
        assert!(
            refused.json()["message"]
                .as_str()
                .unwrap()
                .contains("circuit breaker of `users` is open"),
            "{}",
            refused.text
        );
        // Retries included: the fifth failure in a row is the last.
        assert_eq!(users.requests() - before, 5, "{mood:?}");
        for _ in 0..20 {
            ask().await;
        }
        assert!(
            users.requests() - before <= 6,
            "an open circuit lets one try through at most"
        );
        assert_eq!(service.get("/other").await.status, 200, "other routes go on");
        let ready = service.admin("/health/ready").await;
        assert_eq!((ready.status, &ready.json()["status"]), (200, &json!("degraded")));
        assert_eq!(ready.json()["degraded"][0]["kind"], "circuit", "{}", ready.text);

        users.becomes(Mood::Well);
        let back = || async { (ask().await.status == 200).then_some(()) };
        eventually("the circuit closes", back).await;
        assert_eq!(service.admin("/health/ready").await.json()["status"], "ready");
    }
    let metrics = service.metrics().await;
    assert_eq!(
        metrics.get("tusk_circuit_opened_total", &[("dependency", "users")]),
        Some(4.0)
    );
    assert_eq!(metrics.get("tusk_circuit_state", &[("dependency", "users")]), Some(0.0));
}

#[tokio::test]
async fn retries_stay_within_the_budget_and_are_for_what_can_be_repeated() {
    let users = Moody::start("a").await;
    let settings = "[resilience]\nusers: { retries: 3, backoff: \"1ms\", retry_budget: 10, failure_threshold: 100000 }";
    let service = caller(dependencies(&[&users]), settings).await;
    users.becomes(Mood::Fails);
    let url = format!("{}/x", users.url());
    for _ in 0..4 {
        let posted = service.ask("/rust", &[("url", &url), ("method", "POST")]).await;
        assert_eq!(posted.json()["status"], 503);
    }
    assert_eq!(users.requests(), 4, "a POST that was sent is not sent again");
    const CALLS: u64 = 200;
    for call in 0..CALLS {
        let language = LANGUAGES[call as usize % LANGUAGES.len()];
        service.ask(&format!("/{language}"), &[("url", &url)]).await;
    }
    let attempts = users.requests() - 4;
    // Ten that need no calls before them, and a tenth of the calls.
    assert!((CALLS + 20..=CALLS + 10 + 21).contains(&attempts), "{attempts}");
    let metrics = service.metrics().await;
    let kept = metrics.get(
        "tusk_dependency_kept_total",
        &[("dependency", "users"), ("reason", "budget")],
    );
    assert!(kept.is_some_and(|kept| kept > 0.0));
}

#[tokio::test]
async fn what_was_never_sent_is_tried_again() {
    let mut users = Moody::start("a").await;
    users.goes().await;
    let settings = "[resilience]\nusers: { retries: 10, backoff: \"300ms\", failure_threshold: 1000 }";
    let service = caller(dependencies(&[&users]), settings).await;
    let url = format!("{}/x", users.url());
    let query = [("url", &*url), ("method", "POST")];
    let (answer, ()) = tokio::join!(service.ask("/rust", &query), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        users.comes_back();
    });
    assert_eq!((answer.status, users.requests()), (200, 1), "{}", answer.text);
}

#[tokio::test]
async fn calls_beyond_the_bound_are_refused() {
    let users = Moody::start("a").await;
    users.becomes(Mood::Hangs);
    let settings = "[resilience]\n\"*\": { timeout: \"3s\", retries: 0, concurrency: 3 }";
    let service = caller(dependencies(&[&users]), settings).await;
    let url = format!("{}/x", users.url());
    let query = [("url", &*url)];
    let (one, other, third, answer) = tokio::join!(
        service.ask("/rust", &query),
        service.ask("/assemblyscript", &query),
        service.ask("/typescript", &query),
        async {
            let all = || async { (users.requests() == 3).then_some(()) };
            eventually("three calls", all).await;
            service.ask("/rust", &query).await
        }
    );
    assert_eq!((one.status, other.status, third.status), (504, 504, 504));
    assert_eq!(answer.status, 503);
    assert!(
        answer
            .text
            .contains("`users` has 3 calls to answer already (resilience.users.concurrency)"),
        "{}",
        answer.text
    );
    assert_eq!(users.requests(), 3);
}

#[tokio::test]
async fn what_is_known_outlives_a_swap() {
    let users = Moody::start("a").await;
    users.becomes(Mood::Fails);
    let settings = |recovery: &str| {
        format!("[resilience]\nusers: {{ retries: 0, failure_threshold: 2, recovery_timeout: \"{recovery}\" }}")
    };
    let service = caller(json!({ "users": users.url() }), &settings("1h")).await;
    let url = format!("{}/x", users.url());
    for _ in 0..2 {
        service.ask("/rust", &[("url", &url)]).await;
    }
    for language in LANGUAGES {
        let status = service.get(&format!("/dependencies/{language}")).await.json();
        assert_eq!(status[0]["circuit"], "open", "{status}");
    }
    users.becomes(Mood::Well);
    service.folder.write(
        "service.tsk",
        &file(
            &json!({ "users": users.url() }),
            &format!("{}\n[own]\nword: 1", settings("1h")),
        ),
    );
    service.logged("swapped").await;
    assert!(
        service
            .ask("/rust", &[("url", &url)])
            .await
            .text
            .contains("circuit breaker")
    );
    // A shorter recovery counts from the failure, too.
    service
        .folder
        .write("service.tsk", &file(&json!({ "users": users.url() }), &settings("1ms")));
    let back = || async { (service.ask("/rust", &[("url", &url)]).await.status == 200).then_some(()) };
    eventually("the circuit closes", back).await;
    assert_eq!(users.requests(), 3);
}

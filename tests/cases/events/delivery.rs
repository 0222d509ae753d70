//! Who gets an event: handlers, services that share a queue, versions of a service.

use serde_json::{Value, json};

use super::{LANGUAGES, Place, TEXT, done, effects, made, publish};
use crate::harness::{Folder, Service, eventually, tusk};

#[tokio::test]
async fn an_event_reaches_every_handler_of_its_type() {
    for place in Place::all() {
        let host = place.host().await;
        for language in LANGUAGES {
            let request = host
                .client
                .post(format!("{}/{language}", host.url))
                .header("content-type", "application/json")
                .header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
                .body(json!({ "kind": format!("{language}_made"), "n": 7, "key": "k", "target": "mail" }).to_string());
            let id = host.send(request).await.json();
            let handled = done(&host, &format!("{language}.handle"), 1).await;
            let event: Value = serde_json::from_str(handled[0].1.as_str().unwrap()).unwrap();
            assert_eq!(handled[0].0, 7, "{} {language}", place.engine);
            for (field, value) in [
                ("id", id),
                ("type", json!(format!("{language}_made"))),
                ("source_service", json!("mail")),
                ("target_service", json!("mail")),
                ("key", json!("k")),
                ("data", json!({ "n": 7, "kind": format!("{language}_made") })),
            ] {
                assert_eq!(event[field], value, "{} {language}: {event}", place.engine);
            }
            assert!(event["timestamp"].as_f64().unwrap() > 1.7e9);
            // Rust's `Event` has no such field.
            if language != "rust" {
                let trace = event["traceparent"].as_str().unwrap();
                assert!(trace.starts_with("00-4bf92f3577b34da6a3ce929d0e0e4736-"), "{event}");
            }
            assert_eq!(done(&host, &format!("{language}.audit"), 1).await[0].0, 7);
            let id = host.post(&format!("/{language}/page"), json!({ "n": 8 })).await.json();
            let handled = done(&host, &format!("{language}.handle"), 2).await;
            assert!(handled[1].1.as_str().unwrap().contains(id.as_str().unwrap()));
        }
    }
}

#[tokio::test]
async fn without_a_url_the_queue_is_beside_the_file() {
    let host = Service::start(TEXT).await;
    assert!(
        host.banner.contains("rust_made") && host.banner.contains("rust.audit"),
        "{}",
        host.banner
    );
    assert!(
        host.banner
            .contains(r#"{"capability":"events","target":"service_events (sqlite) in sqlite:.tusk/events.db"}"#),
        "{}",
        host.banner
    );
    publish(&host, "rust", made("rust", 1)).await;
    done(&host, "rust.handle", 1).await;
    assert!(host.folder.file(".tusk/events.db").exists());
    let status = tusk(host.folder.path(), &["events", "service.tsk", "status"]);
    assert!(status.stdout.contains("mail: 0 waiting"), "{status:?}");
}

#[tokio::test]
async fn services_share_a_queue_and_hosts_share_a_service() {
    for place in Place::all() {
        let database = format!("sqlite:{}", place.folder.path().join("other.db").display());
        let other = place.host_of(TEXT, &[("NAME", "audit"), ("DB", &database)]).await;
        let (one, two) = (place.host().await, place.host().await);
        for n in 0..20 {
            publish(if n % 2 == 0 { &one } else { &two }, "rust", made("rust", n)).await;
        }
        let mine = json!({ "kind": "rust_made", "n": 20, "target": "audit" });
        publish(&one, "assemblyscript", mine).await;
        // `audit` keeps no inbox: what came twice would be counted twice.
        let mut seen: Vec<i64> = done(&other, "rust.audit", 21).await.iter().map(|(n, _)| *n).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..21).collect::<Vec<_>>(), "{}", place.engine);
        let mut seen: Vec<i64> = done(&one, "rust.audit", 20).await.iter().map(|(n, _)| *n).collect();
        seen.sort_unstable();
        assert_eq!(seen, (0..20).collect::<Vec<_>>(), "{}", place.engine);
    }
}

#[tokio::test]
async fn the_page_s_list_takes_events_of_other_programs() {
    let place = Place::new("list");
    let host = place.host().await;
    let event = json!({
        "id": "from-elsewhere", "type": "rust_made", "data": { "n": 5, "kind": "rust_made" }, "source_service": "python",
        "target_service": null, "timestamp": 1732406400.5
    });
    let client = redis::Client::open(place.redis.as_ref().unwrap().url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    for _ in 0..2 {
        let push = redis::cmd("LPUSH")
            .arg("service_events")
            .arg(event.to_string())
            .to_owned();
        push.query_async::<i64>(&mut connection).await.unwrap();
    }
    done(&host, "rust.audit", 2).await;
    let handled = effects(&host, "rust.handle").await;
    assert_eq!(handled.len(), 1, "the same id: the inbox knows it");
    assert!(handled[0].1.as_str().unwrap().contains("from-elsewhere"));
}

#[tokio::test]
async fn an_event_in_flight_ends_on_the_version_that_took_it() {
    for place in Place::all() {
        let host = place.host().await;
        for language in LANGUAGES {
            let slow = |n: i64| json!({ "kind": format!("{language}_slow"), "n": n });
            publish(&host, language, slow(1)).await;
            done(&host, &format!("{language}.begin"), 1).await;
            let swaps = host.log().matches("swapped in").count();
            host.folder
                .write("service.tsk", &TEXT.replace("\"first\"", "\"second\""));
            eventually("the swap", || async {
                (host.log().matches("swapped in").count() > swaps).then_some(())
            })
            .await;
            publish(&host, language, slow(2)).await;
            let done = done(&host, &format!("{language}.slow"), 2).await;
            assert_eq!(
                done,
                [(1, json!("first")), (2, json!("second"))],
                "{} {language}",
                place.engine
            );
            host.folder.write("service.tsk", TEXT);
            eventually("the swap back", || async {
                (host.log().matches("swapped in").count() > swaps + 1).then_some(())
            })
            .await;
        }
    }
}

#[tokio::test]
async fn a_stop_lets_events_in_flight_end() {
    for place in Place::all() {
        let mut host = place.host().await;
        for language in LANGUAGES {
            publish(&host, language, json!({ "kind": format!("{language}_slow"), "n": 1 })).await;
            done(&host, &format!("{language}.begin"), 1).await;
        }
        crate::harness::signal(host.id() as i32, "TERM");
        assert!(host.ended().await.success());
        let next = place.host().await;
        publish(&next, "rust", made("rust", 9)).await;
        done(&next, "rust.handle", 1).await;
        for language in LANGUAGES {
            for (what, count) in [("begin", 1), ("slow", 1)] {
                let all = effects(&next, &format!("{language}.{what}")).await;
                assert_eq!(all.len(), count, "{} {language}.{what}", place.engine);
            }
        }
    }
}

#[test]
fn what_is_wrong_is_told_with_the_line_to_write() {
    let module = "[a]\nf_fujsen = '''rust\n#[fujsen]\nfn handle(n: i64) {}\n'''\n";
    for (section, says) in [
        (
            "[events]\nmade: a.handel\n",
            &["did you mean `a.handle`?", "service.tsk:7"][..],
        ),
        ("[events]\nmade: [a.handle, b.handle]\n", &["there is no section [b]"]),
        ("[events]\nmade: 5\n", &["does not lead to a fujsen", "section.name"]),
        ("[events]\nmade: []\n", &["must have 1 to 16 handlers"]),
        (
            "[message_queue]\nconcurency: 5\n",
            &["did you mean `concurrency`?", "service.tsk:7"],
        ),
        (
            "[message_queue]\nvisibility: \"1s\"\n[events]\nmade: a.handle\n",
            &["must be above 10s", "visibility: \"20s\""],
        ),
    ] {
        let folder = Folder::new(&format!("{module}{section}"));
        let output = tusk(folder.path(), &["check", "service.tsk"]);
        assert_eq!(output.code, Some(1), "{output:?}");
        for text in says {
            assert!(output.stderr.contains(text), "{text}: {}", output.stderr);
        }
    }
    let folder = Folder::new(&format!("{module}[events]\n\"*\": a.handle\n"));
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert!(output.stdout.contains("*  a.handle  (n: i64)"), "{output:?}");
}

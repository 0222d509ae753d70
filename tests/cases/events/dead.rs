//! Events that always fail are given up, listed, replayed and discarded.

use serde_json::{Value, json};

use super::{LANGUAGES, Place, TEXT, done, effects, made, publish};
use crate::harness::{Output, Service, tusk_with};

fn events(place: &Place, host: &Service, arguments: &[&str]) -> Output {
    let variables = place.variables();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let all = [&["events", "service.tsk"], arguments].concat();
    tusk_with(host.folder.path(), &all, &variables)
}

fn dead(place: &Place, host: &Service) -> Vec<Value> {
    let output = events(place, host, &["list-dead", "--format", "json"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    serde_json::from_str::<Vec<Value>>(&output.stdout).unwrap()
}

#[tokio::test]
async fn poison_is_given_up_and_can_be_replayed() {
    for place in Place::all() {
        let host = place.host().await;
        let mut ids = Vec::new();
        for language in LANGUAGES {
            let poison = json!({ "kind": format!("{language}_poison"), "n": 1, "key": "k" });
            ids.push(publish(&host, language, poison).await);
            // Behind it in the same key, beside it in another and in none.
            for (n, key) in [(2, json!("k")), (3, json!("other")), (4, Value::Null)] {
                let event = json!({ "kind": format!("{language}_made"), "n": n, "key": key });
                publish(&host, language, event).await;
            }
        }
        for language in LANGUAGES {
            done(&host, &format!("{language}.handle"), 3).await;
            assert_eq!(
                effects(&host, &format!("{language}.poison")).await.len(),
                3,
                "{} {language}",
                place.engine
            );
            let audited = effects(&host, &format!("{language}.audit")).await;
            let own = audited.iter().filter(|(n, _)| *n == 1).count();
            assert_eq!(
                own, 1,
                "{} {language}: a handler that has finished is not run again",
                place.engine
            );
        }
        let found = dead(&place, &host);
        assert_eq!(
            found.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(),
            ids,
            "{}",
            place.engine
        );
        assert_eq!(
            (&found[0]["attempts"], &found[0]["event"]["data"]["n"]),
            (&json!(3), &json!(1))
        );
        assert!(
            found[0]["error"]
                .as_str()
                .unwrap()
                .contains("rust.poison: 409 (conflict): it is poison"),
            "{found:?}"
        );
        let shown = events(&place, &host, &["list-dead"]).stdout;
        let all = LANGUAGES.len();
        assert!(
            shown.contains(&ids[1]) && shown.contains(&format!("{all} events given up")),
            "{shown}"
        );

        let unknown = events(&place, &host, &["replay", "nothing"]);
        assert!(
            unknown.code == Some(1) && unknown.stderr.contains("no dead event `nothing`"),
            "{unknown:?}"
        );
        assert_eq!(events(&place, &host, &["replay"]).code, Some(2), "all, or some by name");
        assert_eq!(events(&place, &host, &["replay", &ids[0]]).code, Some(0));
        done(&host, "rust.poison", 6).await;
        // Mended.
        host.folder.write(
            "service.tsk",
            &TEXT.replace("Err(Error::conflict(\"it is poison\"))", "Ok(())"),
        );
        host.logged("swapped in").await;
        while dead(&place, &host).len() < all {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(events(&place, &host, &["replay", &ids[0]]).code, Some(0));
        done(&host, "rust.poison", 7).await;
        let removed = events(&place, &host, &["discard", "--all"]);
        let others = format!("{} events removed", all - 1);
        assert!(removed.stdout.contains(&others), "{removed:?}");
        assert_eq!(dead(&place, &host), Vec::<Value>::new());
    }
}

#[tokio::test]
async fn a_service_that_is_gone_can_be_taken_out() {
    let place = Place::new("stream");
    let mut gone = place.host_of(TEXT, &[("NAME", "gone")]).await;
    publish(&gone, "rust", made("rust", 1)).await;
    done(&gone, "rust.handle", 1).await;
    let status = events(&place, &gone, &["status"]);
    assert!(status.stdout.contains("gone: 0 waiting"), "{status:?}");
    let unknown = events(&place, &gone, &["unsubscribe", "gome"]);
    assert!(
        unknown.code == Some(1) && unknown.stderr.contains("there are: gone"),
        "{unknown:?}"
    );
    gone.kill();
    let done = events(&place, &gone, &["unsubscribe", "gone"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert!(
        events(&place, &gone, &["status"])
            .stdout
            .contains("no service takes events")
    );
}

//! Answers that are none.

use super::*;

#[tokio::test]
async fn what_is_wrong_leaves_the_last_good_values_and_is_told_once() {
    // A service that never answers: the file's values serve, after no more than the timeout.
    let store = Store::start(Says::Nothing).await;
    let service = Service::start(&service(&store.url())).await;
    left(&service, 0).await;
    degraded(&service, "the values of the file serve: ").await;
    store.say(Says::Document("1", pair(5)));
    left(&service, 5).await;
    good(&service).await;
    service.logged("Remote configuration is good again").await;

    let half = ok("", &pair(6).to_string());
    let wrong = json!({ "config": { "pair": { "left": "six", "right": -1 }, "rust": { "level": "loud" } } });
    let large = format!(
        "{{\"config\": {{\"pair\": {{\"left\": 6}}}}, \"x\": \"{}\"}}",
        "x".repeat(1 << 20)
    );
    let status = |status: &str| {
        Says::Bytes(format!(
            "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        ))
    };
    let problems = [
        (
            Says::Bytes(ok("", "<html>oops</html>")),
            "the answer is no JSON",
            "refused",
        ),
        (
            Says::Bytes(half[..half.len() - 9].to_owned()),
            "broke off within its answer",
            "unreachable",
        ),
        (
            Says::Document("2", wrong),
            "Configuration validation failed: Config pair.left must be of type integer; Config pair.right must be at least 0; \
             Config rust.level must be one of debug, info",
            "refused",
        ),
        (
            Says::Document("3", json!({ "config": [6] })),
            "the values are no object",
            "refused",
        ),
        (
            Says::Document("4", json!({ "pair": 6 })),
            "the answer has nothing at `config`",
            "refused",
        ),
        (Says::Bytes(ok("", &large)), "the answer is over 1 MiB", "refused"),
        (status("500 Internal Server Error"), "it answered 500", "refused"),
        (status("404 Not Found"), "it answered 404", "refused"),
        (
            Says::Bytes("SSH-2.0-OpenSSH_9.6\r\n".to_owned()),
            "broke off",
            "unreachable",
        ),
        (Says::Nothing, "did not answer within 1s", "unreachable"),
    ];
    let before = told(&service, "ERROR").len();
    for (at, (says, reason, result)) in problems.iter().enumerate() {
        let count = updates(&service, result).await;
        store.say(says.clone());
        degraded(&service, reason).await;
        degraded(&service, "the last good values stay: ").await;
        store.is_asked(1).await;
        left(&service, 5).await;
        assert!(updates(&service, result).await > count, "{reason}");
        let errors = told(&service, "ERROR");
        assert!(errors.last().unwrap().contains(reason), "{errors:?}");
        assert_eq!(errors.len(), before + at + 1, "one for each: {errors:#?}");
    }
    assert_eq!(
        service
            .metrics()
            .await
            .get("alert_firing", &[("alert", "remote_config_refused")]),
        Some(1.0)
    );
    // Back to what it said before: the tag of the last good values, not that of what was refused.
    store.say(Says::Document("1", pair(5)));
    good(&service).await;
    assert!(store.asked().last().unwrap().contains("if-none-match: \"1\"\r\n"));
    assert_eq!(
        service
            .metrics()
            .await
            .get("alert_firing", &[("alert", "remote_config_refused")]),
        Some(0.0)
    );
    let handled = || {
        let log = service.log();
        let lines = log.lines().filter(|line| line.contains("an alert came"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    // Two for the time without an answer at the start, two for all that came after.
    eventually("four events", || async { (handled().len() >= 4).then_some(()) }).await;
    store.is_asked(1).await;
    let events = handled();
    assert_eq!(events.len(), 4, "{events:#?}");
    for (event, firing) in events.iter().zip([true, false, true, false]) {
        assert!(
            event.contains("remote_config_refused") && event.contains("warning"),
            "{event}"
        );
        assert!(event.contains(&format!(r#"\"firing\":{firing}"#)), "{event}");
    }
    // A tag that no header may have is not sent back.
    store.say(Says::Bytes(ok("etag: \"é\"\r\n", &pair(11).to_string())));
    left(&service, 11).await;
    store.is_asked(2).await;
    good(&service).await;
    assert!(
        events[2].contains("the last good values stay: the answer is no JSON"),
        "{events:#?}"
    );
    assert!(!service.log().contains("geheim"));
}

//! gRPC servers that fail, hang, or do not describe themselves.

use serde_json::json;

use super::{LANGUAGES, ask, call, serve};
use crate::harness::{Grpc, Reflection};

const MEANINGS: [(i32, u16, &str); 16] = [
    (1, 499, "cancelled"),
    (2, 502, "unknown"),
    (3, 400, "invalid-argument"),
    (4, 504, "deadline-exceeded"),
    (5, 404, "not-found"),
    (6, 409, "already-exists"),
    (7, 403, "permission-denied"),
    (8, 429, "resource-exhausted"),
    (9, 400, "failed-precondition"),
    (10, 409, "aborted"),
    (11, 400, "out-of-range"),
    (12, 501, "unimplemented"),
    (13, 502, "internal"),
    (14, 503, "unavailable"),
    (15, 502, "data-loss"),
    (16, 401, "unauthenticated"),
];

#[tokio::test]
async fn every_status_has_its_meaning() {
    let server = Grpc::start();
    let service = serve(&server).await;
    for language in LANGUAGES {
        for (number, status, code) in MEANINGS {
            let message = json!({"code": number, "message": "in its own words"});
            let failed = call(&service, language, "users", "trouble.Trouble/Fail", message).await;
            let said = format!("users: trouble.Trouble/Fail answered {code}: in its own words");
            assert_eq!(
                failed,
                json!({"status": status, "code": code, "message": said}),
                "{language}"
            );
        }
        // Unhandled, it is what the client gets.
        let answer = service.get(&format!("/{language}/find/9")).await;
        assert_eq!(answer.status, 404);
        assert!(answer.text.contains("there is no user 9"), "{}", answer.text);
    }
    let labels = [("kind", "grpc"), ("dependency", "users"), ("outcome", "refused")];
    let refused = service.metrics().await.get("tusk_dependency_operations_total", &labels);
    let each = LANGUAGES.len() as f64;
    assert_eq!(
        refused,
        Some(11.0 * each),
        "ten below 500, and a user that is not there"
    );
}

#[tokio::test]
async fn a_silent_server_is_left_in_time() {
    let server = Grpc::start();
    let service = serve(&server).await;
    for language in LANGUAGES {
        let body = json!({"server": "users", "method": "trouble.Trouble/Hang", "message": {}, "timeout": 150});
        let failed = ask(&service, &format!("/{language}/call"), body).await;
        assert_eq!(
            (&failed["status"], &failed["code"]),
            (&json!(504), &json!("deadline-exceeded"))
        );
        let message = failed["message"].as_str().unwrap();
        assert!(
            message.starts_with("users: trouble.Trouble/Hang did not answer within 1"),
            "{message}"
        );
        let sent = server.last().header("grpc-timeout").to_owned();
        // The less is left, the finer the unit.
        let unit = if sent.ends_with('n') { 1 } else { 1000 };
        let left: u64 = sent.trim_end_matches(['n', 'u']).parse().unwrap();
        assert!(left * unit <= 150_000_000, "{sent}");
    }
}

#[tokio::test]
async fn what_can_never_work_says_what_would() {
    let server = Grpc::start();
    let service = serve(&server).await;
    for language in LANGUAGES {
        for (name, method, message, status, code, said) in [
            (
                "usres",
                "users.UserService/GetUser",
                json!({}),
                500,
                "unknown-server",
                "no gRPC server `usres`; did you mean `users`?; to add it, write\n[grpc]\nusres: \"http://127.0.0.1:50051\"",
            ),
            (
                "users",
                "GetUser",
                json!({}),
                500,
                "unknown-method",
                "write `package.Service/Method`",
            ),
            (
                "users",
                "users.UserServise/GetUser",
                json!({}),
                500,
                "unknown-service",
                "users has no service `users.UserServise`; did you mean `users.UserService`?",
            ),
            (
                "filed",
                "UserService/GetUser",
                json!({}),
                500,
                "unknown-service",
                "filed has no service `UserService`; did you mean `users.UserService`?",
            ),
            (
                "users",
                "users.UserService/GetUsr",
                json!({}),
                500,
                "unknown-method",
                "users has no method `users.UserService/GetUsr`; did you mean `GetUser`?",
            ),
            (
                "filed",
                "users.UserService/Remove",
                json!({}),
                500,
                "unknown-method",
                "; it has GetUser, CreateUser, ListUsers",
            ),
            (
                "users",
                "users.UserService/GetUser",
                json!({"user_idd": "1"}),
                400,
                "bad-argument",
                "users: users.UserService/GetUser: `user_idd` is no field of users.UserRequest; did you mean `user_id`?",
            ),
            (
                "filed",
                "users.UserService/CreateUser",
                json!({"address": {"town": "Ulm"}}),
                400,
                "bad-argument",
                "`address.town` is no field of users.Address",
            ),
            (
                "users",
                "users.UserService/GetUser",
                json!({"user_id": [7]}),
                400,
                "bad-argument",
                "the message is no users.UserRequest: ",
            ),
            (
                "users",
                "users.UserService/ListUsers",
                json!({}),
                500,
                "bad-argument",
                "use `stream`",
            ),
            (
                "users",
                "trouble.Trouble/Upload",
                json!({}),
                500,
                "bad-argument",
                "takes a stream",
            ),
            (
                "users",
                "trouble.Trouble/Missing",
                json!({}),
                501,
                "unimplemented",
                "answered unimplemented",
            ),
            (
                "users",
                "trouble.Trouble/Large",
                json!({"size": 5 << 20}),
                502,
                "too-large",
                "is over 4 MiB",
            ),
        ] {
            let failed = call(&service, language, name, method, message).await;
            assert_eq!(
                (&failed["status"], &failed["code"]),
                (&json!(status), &json!(code)),
                "{failed}"
            );
            assert!(failed["message"].as_str().unwrap().contains(said), "{failed}");
        }
        // The bound is above this.
        let large = call(
            &service,
            language,
            "users",
            "trouble.Trouble/Large",
            json!({"size": 1 << 20}),
        )
        .await;
        assert_eq!(large["user"]["name"].as_str().map(str::len), Some(1 << 20));
    }
}

#[tokio::test]
async fn servers_without_reflection_or_with_an_older_one() {
    let mut server = Grpc::start_with(Reflection::None, None);
    let service = serve(&server).await;
    let ask = async |name| {
        call(
            &service,
            "rust",
            name,
            "users.UserService/GetUser",
            json!({"user_id": "1"}),
        )
        .await
    };
    let failed = ask("users").await;
    assert_eq!(
        (&failed["status"], &failed["code"]),
        (&json!(502), &json!("no-reflection"))
    );
    let line = format!("users: {{ url: \"{}\", proto: [\"users.proto\"] }}", server.url());
    assert!(failed["message"].as_str().unwrap().contains(&line), "{failed}");
    assert_eq!(ask("filed").await["user"]["name"], "Ada");
    server.restart(Reflection::V1Alpha).await;
    crate::harness::eventually("the older reflection", || async {
        (ask("users").await["user"]["name"] == "Ada").then_some(())
    })
    .await;
}

//! Streams of a gRPC server, and their bounds.

use serde_json::{Value, json};

use super::{LANGUAGES, ask, serve};
use crate::harness::{Grpc, Service, User};

async fn stream(service: &Service, language: &str, method: &str, message: Value, limit: Option<u32>) -> Value {
    let mut body = json!({"server": "users", "method": method, "message": message});
    if let Some(limit) = limit {
        body["limit"] = json!(limit);
    }
    ask(service, &format!("/{language}/stream"), body).await
}

#[tokio::test]
async fn a_stream_is_read_to_its_end_or_to_a_limit() {
    let server = Grpc::start();
    for n in 2..=9 {
        server.put(User {
            user_id: n.to_string(),
            ..User::default()
        });
    }
    let service = serve(&server).await;
    for language in LANGUAGES {
        let list = "users.UserService/ListUsers";
        let all = stream(&service, language, list, json!({}), None).await;
        assert_eq!(all, json!({"count": 9, "last": "9", "cut": false, "served": "users-1"}));
        let cut = stream(&service, language, list, json!({}), Some(4)).await;
        assert_eq!(cut, json!({"count": 4, "last": "4", "cut": true, "served": "users-1"}));
        let page = stream(&service, language, list, json!({"page_size": 3}), Some(4)).await;
        assert_eq!((&page["count"], &page["cut"]), (&json!(3), &json!(false)));
        // What comes after the limit is not waited for.
        let drip = stream(&service, language, "trouble.Trouble/Drip", json!({"size": 5}), Some(5)).await;
        assert_eq!((&drip["count"], &drip["cut"]), (&json!(5), &json!(true)));
    }
}

#[tokio::test]
async fn a_stream_without_end_is_bounded() {
    let server = Grpc::start();
    let service = serve(&server).await;
    let drip = "trouble.Trouble/Drip";
    for language in LANGUAGES {
        for (method, size, limit, status, code, said) in [
            (drip, 10_001, None, 502, "too-large", "streams more than 10000 messages"),
            (drip, 1, None, 504, "deadline-exceeded", "did not answer within"),
            (drip, 1, Some(10_001), 500, "bad-argument", "1 to 10000 messages"),
            ("trouble.Trouble/Large", 1, None, 500, "bad-argument", "use `call`"),
        ] {
            let failed = stream(&service, language, method, json!({"size": size}), limit).await;
            assert_eq!(
                (&failed["status"], &failed["code"]),
                (&json!(status), &json!(code)),
                "{failed}"
            );
            assert!(failed["message"].as_str().unwrap().contains(said), "{failed}");
        }
    }
    for n in 0..3 {
        server.put(User {
            user_id: format!("large-{n}"),
            name: "x".repeat(3 << 20),
            ..User::default()
        });
    }
    let failed = stream(&service, "rust", "users.UserService/ListUsers", json!({}), None).await;
    assert_eq!(
        (&failed["status"], &failed["code"]),
        (&json!(502), &json!("too-large")),
        "{failed}"
    );
}

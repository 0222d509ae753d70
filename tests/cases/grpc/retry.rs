//! gRPC calls that are tried again, and those that are not.

use serde_json::json;

use super::{LANGUAGES, SERVICE, call, folder};
use crate::harness::{Grpc, Reflection, Service};

async fn serve(server: &Grpc, policy: &str) -> Service {
    let text = format!("{SERVICE}\n[resilience]\n\"*\": {{ {policy} }}\n");
    Service::start_in(folder(&text), &[("USERS_URL", &server.url())]).await
}

#[tokio::test]
async fn what_may_be_called_twice_is_tried_again() {
    let server = Grpc::start();
    let service = serve(&server, "retries: 2, backoff: \"1ms\", failure_threshold: 100").await;
    let mut before = 0;
    for language in LANGUAGES {
        for name in ["users", "filed"] {
            for (method, code, calls) in [
                ("FailRead", 14, 3),
                ("FailRead", 13, 1),
                ("Fail", 14, 1),
                ("FailRead", 5, 1),
            ] {
                let message = json!({ "code": code, "message": "" });
                let failed = call(&service, language, name, &format!("trouble.Trouble/{method}"), message).await;
                assert!(failed["status"].as_u64().unwrap() > 400, "{failed}");
                let after = server.calls().len();
                assert_eq!(after - before, calls, "{language} {name} {method} {code}");
                before = after;
            }
        }
    }
}

#[tokio::test]
async fn what_was_never_sent_is_tried_again() {
    for (language, name) in [("rust", "users"), ("assemblyscript", "filed"), ("typescript", "users")] {
        let mut server = Grpc::start();
        server.stop();
        let service = serve(&server, "retries: 5, backoff: \"200ms\"").await;
        let new = json!({ "name": name, "email": "x@example.com" });
        let created = call(&service, language, name, "users.UserService/CreateUser", new);
        let back = async {
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            server.restart(Reflection::V1).await;
        };
        let (created, ()) = tokio::join!(created, back);
        assert_eq!(created["user"]["name"], name, "{created}");
        assert_eq!(server.users().len(), 2, "once, and Ada");
    }
}

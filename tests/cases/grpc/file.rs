//! What the TSK file says of gRPC servers, and the .proto files beside it.

use serde_json::{Value, json};

use super::{SERVICE, call, folder, serve};
use crate::harness::{Folder, Grpc, eventually, tusk};

#[test]
fn check_needs_no_server_and_prints_the_grants() {
    let folder = folder(SERVICE);
    let checked = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(checked.code, Some(0), "{}", checked.stderr);
    assert!(
        checked.stdout.contains("grpc  filed (http://127.0.0.1:1)"),
        "{}",
        checked.stdout
    );
    assert!(
        checked.stdout.contains("grpc  users (http://127.0.0.1:1)"),
        "{}",
        checked.stdout
    );
    let json: Value =
        serde_json::from_str(&tusk(folder.path(), &["check", "service.tsk", "--format", "json"]).stdout).unwrap();
    let grants = json["grants"].as_array().unwrap();
    assert!(grants.contains(&json!({"capability": "grpc", "target": "users (http://127.0.0.1:1)"})));
    assert!(grants.iter().all(|grant| grant["capability"] != "http"), "{grants:?}");
}

#[test]
fn what_is_wrong_is_shown_where_it_is() {
    let folder = Folder::new(
        r#"[grpc]
users: "users:50051"
billing: { url: "http://127.0.0.1:1", protos: ["billing.proto"] }
orders: { url: "http://127.0.0.1:1", proto: ["orders.proto"] }
gone: { url: "http://127.0.0.1:1", proto: ["gone.proto"] }
above: { url: "http://127.0.0.1:1", proto: ["../above.proto"] }
number: 7
"#,
    );
    folder.write(
        "orders.proto",
        "syntax = \"proto3\";\nmessage Order {\n  Item item = 1;\n}\n",
    );
    let checked = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(checked.code, Some(1));
    for said in [
        "`grpc.users` must begin with http:// or https://",
        "service.tsk:2:8",
        "`grpc.billing` has no setting `protos`",
        "did you mean `proto`?",
        "service.tsk:3:",
        "`orders.proto` does not compile: orders.proto:3:3: ",
        "service.tsk:4:",
        "there is no file `gone.proto`",
        "`../above.proto` leads out of the TSK file's folder",
        "`grpc.number` must be a URL, or an object with a URL",
        "service.tsk:7:9",
    ] {
        assert!(checked.stderr.contains(said), "{said}\n{}", checked.stderr);
    }
}

#[tokio::test]
async fn proto_files_are_watched_with_what_they_import() {
    let server = Grpc::start();
    let service = serve(&server).await;
    let ask = || async {
        let message = json!({"given_name": "Eve", "email": "e@example.com"});
        call(&service, "rust", "filed", "users.UserService/CreateUser", message).await
    };
    assert_eq!(ask().await["code"], "bad-argument");
    let text = std::fs::read_to_string(service.folder.file("users.proto")).unwrap();
    service
        .folder
        .write("users.proto", "syntax = \"proto3\";\nmessage {}\n");
    service.logged("users.proto:2:9: ").await;
    service.logged("the version before it keeps serving").await;
    assert_eq!(ask().await["code"], "bad-argument");
    let renamed = text.replacen("string name = 1;", "string given_name = 1;", 1);
    service.folder.write("users.proto", &renamed);
    let made = eventually("the new field", || async {
        Some(ask().await).filter(|made| made["user"].is_object())
    })
    .await;
    assert_eq!(made["user"]["name"], "Eve");
}

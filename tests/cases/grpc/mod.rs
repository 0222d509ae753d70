//! gRPC servers, called from guests in all languages.

mod connection;
mod file;
mod retry;
mod stream;
mod trouble;
mod unary;

use serde_json::{Value, json};

use crate::harness::{Folder, Grpc, PROTOS, Service};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

const SERVICE: &str = include_str!("service.tsk");

/// A folder with the service and its `.proto` files.
fn folder(text: &str) -> Folder {
    let folder = Folder::new(text);
    for (name, text) in PROTOS {
        folder.write(name, text);
    }
    folder
}

async fn serve(server: &Grpc) -> Service {
    Service::start_in(folder(SERVICE), &[("USERS_URL", &server.url())]).await
}

/// What a guest of a language got from calling a method.
async fn call(service: &Service, language: &str, server: &str, method: &str, message: Value) -> Value {
    let body = json!({ "server": server, "method": method, "message": message });
    ask(service, &format!("/{language}/call"), body).await
}

async fn ask(service: &Service, path: &str, body: Value) -> Value {
    let answer = service.post(path, body).await;
    assert_eq!(answer.status, 200, "{}\n{}", answer.text, service.log());
    answer.json()
}

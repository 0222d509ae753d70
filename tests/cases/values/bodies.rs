//! Text and bytes take any body.

use serde_json::{Value, json};

use super::LANGUAGES;
use crate::harness::Service;

const BODIES: &str = r#"
[service]
name: "bodies"

[rust]
all_fujsen = '''rust
#[fujsen]
fn text(body: String) -> Value { json!({ "got": body }) }
#[fujsen]
fn bytes(body: Vec<u8>) -> Value { json!({ "got": body.len() }) }
#[fujsen]
fn perhaps(body: Option<Vec<u8>>) -> Value { json!({ "got": body.map(|body| body.len()) }) }
#[fujsen]
fn beside(id: i64, body: &str, request: Request) -> Value { json!({ "got": body, "id": id, "path": request.path }) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function text(body: string): Json { return Json.object().set("got", body); }
export function bytes(body: ArrayBuffer): Json { return Json.object().set("got", body.byteLength); }
export function perhaps(body: Uint8Array | null): Json { return body ? Json.object().set("got", body.length) : Json.object().set("got", Json.nil()); }
export function beside(id: i64, body: string, request: Request): Json {
  return Json.object().set("got", body).set("id", id).set("path", request.path);
}
'''

[typescript]
all_fujsen = '''typescript
export function text(body: string) { return { got: body }; }
export function bytes(body: ArrayBuffer) { return { got: body.byteLength }; }
export function perhaps(body: Uint8Array | null) { return { got: body?.length ?? null }; }
export function beside(id: bigint, body: string, request: Request) { return { got: body, id, path: request.path }; }
'''

[routes]
"POST /rust/text": rust.text
"POST /rust/bytes": rust.bytes
"POST /rust/perhaps": rust.perhaps
"PUT /rust/beside/{id}": rust.beside
"POST /assemblyscript/text": assemblyscript.text
"POST /assemblyscript/bytes": assemblyscript.bytes
"POST /assemblyscript/perhaps": assemblyscript.perhaps
"PUT /assemblyscript/beside/{id}": assemblyscript.beside
"POST /typescript/text": typescript.text
"POST /typescript/bytes": typescript.bytes
"POST /typescript/perhaps": typescript.perhaps
"PUT /typescript/beside/{id}": typescript.beside
"#;

#[tokio::test]
async fn text_and_bytes_take_any_body() {
    let service = Service::start(BODIES).await;
    let kinds = [
        None,
        Some("application/json"),
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("x"),
    ];
    for language in LANGUAGES {
        for kind in kinds {
            for body in [
                "",
                "hi",
                r#"{"got": 1, "body": "x"}"#,
                "{broken",
                "[1, 2]",
                "null",
                "a=1&b=2",
                "é😀",
            ] {
                let send = async |request: reqwest::RequestBuilder| {
                    let request = match kind {
                        Some(kind) => request.header("content-type", kind),
                        None => request,
                    };
                    let answer = service.send(request.body(body)).await;
                    assert_eq!(answer.status, 200, "{language} {kind:?} {body}: {answer:?}");
                    answer.json()
                };
                let at = |path: &str| format!("{}/{language}/{path}", service.url);
                assert_eq!(
                    send(service.client.post(at("text"))).await["got"],
                    body,
                    "{language} {kind:?}"
                );
                assert_eq!(
                    send(service.client.post(at("bytes"))).await["got"],
                    body.len(),
                    "{language} {kind:?}"
                );
                let expected = if body.is_empty() {
                    Value::Null
                } else {
                    json!(body.len())
                };
                assert_eq!(
                    send(service.client.post(at("perhaps"))).await["got"],
                    expected,
                    "{language} {kind:?}"
                );
                let beside = send(service.client.put(at("beside/7"))).await;
                let expected = json!({ "got": body, "id": 7, "path": format!("/{language}/beside/7") });
                assert_eq!(beside, expected, "{language} {kind:?}");
            }
        }
        let request = service.client.post(format!("{}/{language}/text", service.url));
        let broken = service.send(request.body(b"caf\xe9".to_vec())).await;
        assert_eq!(
            (broken.status, &broken.json()["argument"]),
            (400, &json!("body")),
            "{language}"
        );
        assert!(broken.text.contains("not UTF-8 (at byte 4)"), "{}", broken.text);
    }
}

//! Arguments bind by name; answers are what a user of HTTP expects. In all languages.

use serde_json::json;

use crate::harness::Service;

const SERVICE: &str = r#"
[service]
name: "binding"

[cors]
origins: ["https://app.example.com"]

[limits]
body: "1KB"

[rust]
all_fujsen = '''rust
#[derive(Deserialize, Serialize)]
struct Item { name: String, tags: Vec<String>, price: Option<f64> }

/// Adds.
#[fujsen]
fn add(a: i32, #[default(10)] b: i32) -> i64 { i64::from(a) + i64::from(b) }

#[fujsen]
fn types(text: String, number: f64, flag: bool, small: Option<u8>) -> Value {
    json!({ "text": text, "number": number, "flag": flag, "small": small })
}

#[fujsen]
fn item(id: i64, item: Item) -> Created<Value> { Created(json!({ "id": id, "item": item })) }

#[fujsen]
fn whole(request: Request) -> Result<Value> {
    Ok(json!({
        "method": request.method, "path": request.path, "q": request.query("q"), "id": request.parameter("id"),
        "agent": request.header("x-agent"), "body": request.text()?,
    }))
}

#[fujsen]
fn teapot() -> Response { Response::text("short and stout").status(418).header("x-kind", "teapot") }

#[fujsen]
fn missing() -> Result<()> { Err(Error::not_found("nothing here")) }

#[fujsen]
fn secret() -> Result<()> { Err(Error::new(500, "password is hunter2")) }

#[fujsen]
fn unicode(text: String) -> String { format!("{text}é😀") }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
class Item { name: string = ""; tags: string[] = []; price: f64 = 0; }
class Stored { id: i64; item: Item = new Item(); }

/** Adds. */
export function add(a: i32, b: i32 = 10): i64 { return <i64>a + <i64>b; }

export function types(text: string, number: f64, flag: bool, small: Json | null): Json {
  return Json.object().set("text", text).set("number", number).set("flag", flag).set("small", small ? small! : Json.nil());
}

export function item(id: i64, item: Item): Created<Stored> {
  const stored = new Stored();
  stored.id = id;
  stored.item = item;
  return new Created(stored);
}

export function whole(request: Request): Json {
  const id = request.parameter("id"), q = request.query("q"), agent = request.header("x-agent");
  return Json.object().set("method", request.method).set("path", request.path).set("q", q ? q! : "")
    .set("id", id ? id! : "").set("agent", agent ? agent! : "").set("body", request.text());
}

export function teapot(): Response { return Response.text("short and stout").status(418).header("x-kind", "teapot"); }

export function missing(): void { fail(404, "nothing here"); }

export function secret(): void { fail(500, "password is hunter2"); }

export function unicode(text: string): string { return text + "é😀"; }
'''

[typescript]
all_fujsen = '''typescript
interface Item { name: string; tags: string[]; price?: number }

/** Adds. */
export function add(a: number, b: number = 10): number { return a + b; }

export function types(text: string, number: number, flag: boolean, small?: number) {
  return { text, number, flag, small: small ?? null };
}

export function item(id: number, item: Item): Response { return created({ id, item }); }

export async function whole(request: Request) {
  return {
    method: request.method, path: request.path, q: request.query.get("q"), id: request.parameters.id,
    agent: request.headers.get("x-agent"), body: await request.text(),
  };
}

export function teapot(): Response { return new Response("short and stout", { status: 418, headers: { "x-kind": "teapot" } }); }

export function missing(): void { throw notFound("nothing here"); }

export function secret(): void { throw new HttpError(500, "password is hunter2"); }

export function unicode(text: string): string { return `${text}é😀`; }
'''

[routes]
"GET /rust/add/{a}": rust.add
"GET /rust/types": rust.types
"POST /rust/items/{id}": rust.item
"POST /rust/whole/{id}": rust.whole
"GET /rust/teapot": rust.teapot
"GET /rust/missing": rust.missing
"GET /rust/secret": rust.secret
"GET /rust/unicode": rust.unicode
"GET /assemblyscript/add/{a}": assemblyscript.add
"GET /assemblyscript/types": assemblyscript.types
"POST /assemblyscript/items/{id}": assemblyscript.item
"POST /assemblyscript/whole/{id}": assemblyscript.whole
"GET /assemblyscript/teapot": assemblyscript.teapot
"GET /assemblyscript/missing": assemblyscript.missing
"GET /assemblyscript/secret": assemblyscript.secret
"GET /assemblyscript/unicode": assemblyscript.unicode
"GET /typescript/add/{a}": typescript.add
"GET /typescript/types": typescript.types
"POST /typescript/items/{id}": typescript.item
"POST /typescript/whole/{id}": typescript.whole
"GET /typescript/teapot": typescript.teapot
"GET /typescript/missing": typescript.missing
"GET /typescript/secret": typescript.secret
"GET /typescript/unicode": typescript.unicode
"#;

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

#[tokio::test]
async fn arguments_come_from_path_query_and_body() {
    let service = Service::start(SERVICE).await;
    for language in LANGUAGES {
        assert_eq!(
            service.get(&format!("/{language}/add/5")).await.text,
            "15",
            "{language}"
        );
        assert_eq!(
            service.get(&format!("/{language}/add/5?b=-7")).await.text,
            "-2",
            "{language}"
        );
        let answer = service
            .get(&format!("/{language}/types?text=a%20b&number=1.5&flag=true&small=7"))
            .await;
        assert_eq!(
            answer.json(),
            json!({ "text": "a b", "number": 1.5, "flag": true, "small": 7 }),
            "{language}"
        );
        let answer = service
            .get(&format!("/{language}/types?text=&number=-0.5&flag=false"))
            .await;
        assert_eq!(
            answer.json(),
            json!({ "text": "", "number": -0.5, "flag": false, "small": null }),
            "{language}"
        );
        let item = json!({ "name": "pen", "tags": ["a", "é😀\n\""], "price": 1.25 });
        let answer = service
            .post(&format!("/{language}/items/9"), json!({ "item": item }))
            .await;
        assert_eq!(answer.status, 201, "{language}: {answer:?}");
        assert_eq!(answer.json(), json!({ "id": 9, "item": item }), "{language}");
        let answer = service.get(&format!("/{language}/unicode?text=%E2%82%AC")).await;
        assert_eq!(answer.json(), "€é😀", "{language}");
    }
}

#[tokio::test]
async fn a_wrong_argument_is_named() {
    let service = Service::start(SERVICE).await;
    for language in LANGUAGES {
        for (path, argument) in [
            ("add/five", "a"),
            ("add/1?b=x", "b"),
            ("types?text=a&number=1", "flag"),
            ("types?text=a&number=many&flag=true", "number"),
        ] {
            let answer = service.get(&format!("/{language}/{path}")).await;
            assert_eq!(answer.status, 400, "{language} {path}: {answer:?}");
            let error = answer.json();
            assert_eq!(error["argument"], argument, "{language} {path}: {error}");
            assert!(error["message"].as_str().unwrap().contains(argument), "{error}");
        }
        for (number, sum) in [("5000000000", "5000000010"), ("1.5", "11.5")] {
            let answer = service.get(&format!("/{language}/add/{number}")).await;
            // A number of JavaScript is no integer of 32 bits.
            if language == "typescript" {
                assert_eq!(answer.text, sum, "{language}: {answer:?}");
            } else {
                assert_eq!(
                    (answer.status, &answer.json()["argument"]),
                    (400, &json!("a")),
                    "{language}: {answer:?}"
                );
            }
        }
        let answer = service
            .post(&format!("/{language}/items/9"), json!({ "item": { "name": 5 } }))
            .await;
        assert_eq!(answer.status, 400, "{language}: {answer:?}");
    }
}

#[tokio::test]
async fn a_fujsen_can_take_the_whole_request_and_give_a_whole_response() {
    let service = Service::start(SERVICE).await;
    for language in LANGUAGES {
        let request = service
            .client
            .post(format!("{}/{language}/whole/a%2Fb?q=x%26y", service.url))
            .header("x-agent", "007")
            .header("content-type", "text/plain")
            .body("raw body");
        let answer = service.send(request).await.json();
        assert_eq!(answer["method"], "POST", "{language}");
        assert_eq!(answer["id"], "a/b", "{language}");
        assert_eq!(answer["q"], "x&y", "{language}");
        assert_eq!(answer["agent"], "007", "{language}");
        assert_eq!(answer["body"], "raw body", "{language}");
        let answer = service.get(&format!("/{language}/teapot")).await;
        assert_eq!(
            (answer.status, answer.text.as_str()),
            (418, "short and stout"),
            "{language}"
        );
        assert_eq!(answer.header("x-kind"), "teapot", "{language}");
        assert!(answer.header("content-type").starts_with("text/plain"), "{language}");
    }
}

#[tokio::test]
async fn errors_have_their_status_and_keep_secrets() {
    let service = Service::start(SERVICE).await;
    for language in LANGUAGES {
        let answer = service.get(&format!("/{language}/missing")).await;
        assert_eq!(answer.status, 404);
        let expected = json!({ "status": "error", "message": "nothing here", "service": "binding" });
        let error = answer.json();
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(error[key], *value, "{language}: {error}");
        }
        let answer = service.get(&format!("/{language}/secret")).await;
        assert_eq!(answer.status, 500);
        assert!(!answer.text.contains("hunter2"), "{language}: {}", answer.text);
        let secret = format!("{language}.secret");
        crate::harness::eventually("the secret in the log", || async {
            let log = service.log();
            let mut lines = log.lines();
            lines
                .any(|line| line.contains(&secret) && line.contains("hunter2"))
                .then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn http_is_spoken_as_users_expect() {
    let service = Service::start(SERVICE).await;
    let url = |path: &str| format!("{}{path}", service.url);
    assert_eq!(service.get("/nowhere").await.status, 404);
    let answer = service.send(service.client.delete(url("/rust/add/1"))).await;
    assert_eq!(answer.status, 405);
    assert!(answer.header("allow").contains("GET"), "{answer:?}");
    let answer = service.send(service.client.head(url("/rust/add/1"))).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    let long = json!({ "item": { "name": "x".repeat(3000), "tags": [] } });
    assert_eq!(service.post("/rust/items/1", long).await.status, 413);
    let form = service
        .client
        .post(url("/rust/items/1"))
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(service.send(form.body("item=1")).await.status, 415);
    let broken = service
        .client
        .post(url("/rust/items/1"))
        .header("content-type", "application/json")
        .body("{\"item\": ");
    assert_eq!(service.send(broken).await.status, 400);

    let request = service.client.get(url("/rust/add/1")).header("x-request-id", "abc-123");
    assert_eq!(service.send(request).await.header("x-request-id"), "abc-123");
    assert!(service.get("/rust/add/1").await.header("x-request-id").len() >= 16);

    let origin = "https://app.example.com";
    let request = service.client.get(url("/rust/add/1")).header("origin", origin);
    assert_eq!(
        service.send(request).await.header("access-control-allow-origin"),
        origin
    );
    let request = service
        .client
        .get(url("/rust/add/1"))
        .header("origin", "https://evil.example.com");
    assert_eq!(service.send(request).await.header("access-control-allow-origin"), "");
    let preflight = service
        .client
        .request(reqwest::Method::OPTIONS, url("/rust/items/1"))
        .header("origin", origin)
        .header("access-control-request-method", "POST");
    let answer = service.send(preflight).await;
    assert!(
        answer.status < 300 && answer.header("access-control-allow-methods").contains("POST"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn http2_without_tls_works() {
    let service = Service::start(SERVICE).await;
    let client = crate::harness::client().http2_prior_knowledge().build().unwrap();
    let response = client.get(format!("{}/rust/add/5", service.url)).send().await.unwrap();
    assert_eq!(response.version(), reqwest::Version::HTTP_2);
    assert_eq!(response.text().await.unwrap(), "15");
}

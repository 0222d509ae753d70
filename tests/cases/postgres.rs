//! A service whose database is a PostgreSQL server, with guests in all languages.

use serde_json::json;

use crate::harness::{Folder, Postgres, Service, eventually, tusk_with};

const LANGUAGES: [&str; 3] = ["rust", "assemblyscript", "typescript"];

const TEXT: &str = r#"
[service]
name: "shop"
word: "one"

[admin]
port: 0

[databases]
main: {
    url: @env.secure("POSTGRES_URL")
    setup: """
        CREATE TABLE IF NOT EXISTS orders (
            id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            item TEXT NOT NULL UNIQUE,
            data JSONB NOT NULL,
            at TIMESTAMPTZ NOT NULL DEFAULT now()
        );
        CREATE TABLE IF NOT EXISTS effects (event TEXT NOT NULL);
    """
}

[stats]
orders: @query("SELECT count(*) FROM orders WHERE item <> '?' AND id > ?", 0)

[rust]
all_fujsen = '''rust
#[fujsen]
fn order(item: String, tags: Value) -> Result<Value> {
    let insert = "INSERT INTO orders (item, data) VALUES (?, ?) RETURNING id, item, data, at::text <> '' AS dated";
    let row = sql::query_one("main", insert, params![item, tags])?.expect("one row was inserted");
    Ok(json!({ "order": row, "tags": row.get::<Value>("data")?, "count": config::get::<i64>("stats.orders")? }))
}

#[fujsen]
fn handle(id: String) -> Result<bool> {
    sql::transaction("main", |main| {
        let first = events::once("main", &id)?;
        if first {
            main.execute("INSERT INTO effects VALUES (?)", params![id])?;
        }
        Ok(first)
    })
}

#[fujsen]
fn effects(id: String) -> Result<i64> {
    sql::query_one("main", "SELECT count(*) FROM effects WHERE event = ?", params![id])?.expect("count gives a row").get(0)
}

#[fujsen]
fn sleeps() -> Result<()> { sql::query("main", "SELECT pg_sleep(600)", &[]).map(drop) }
'''

[assemblyscript]
all_fujsen = '''assemblyscript
export function order(item: string, tags: Json): Json {
  const insert = "INSERT INTO orders (item, data) VALUES (?, ?) RETURNING id, item, data, at::text <> '' AS dated";
  const row = sql.queryOne("main", insert, [Value.of(item), Value.of(tags)])!;
  return Json.object().set("order", row.toJson()).set("tags", row.get("data").asJson()).set("count", config.integer("stats.orders"));
}

export function handle(id: string): bool {
  sql.begin("main");
  const first = events.once("main", id);
  if (first) sql.execute("main", "INSERT INTO effects VALUES (?)", [Value.of(id)]);
  sql.commit("main");
  return first;
}

export function effects(id: string): i64 {
  return sql.queryOne("main", "SELECT count(*) FROM effects WHERE event = ?", [Value.of(id)])!.at(0).asInteger();
}

export function sleeps(): void { sql.query("main", "SELECT pg_sleep(600)"); }
'''

[typescript]
all_fujsen = '''typescript
export function order(item: string, tags: unknown) {
  const insert = "INSERT INTO orders (item, data) VALUES (?, ?) RETURNING id, item, data, at::text <> '' AS dated";
  const row = sql.queryOne("main", insert, [item, tags])!;
  return { order: row, tags: row.data, count: config.integer("stats.orders") };
}

export function handle(id: string): boolean {
  return sql.transaction("main", (main) => {
    const first = events.once("main", id);
    if (first) main.execute("INSERT INTO effects VALUES (?)", [id]);
    return first;
  });
}

export function effects(id: string): number {
  return sql.queryOne("main", "SELECT count(*) FROM effects WHERE event = ?", [id])!.count;
}

export function sleeps(): void { sql.query("main", "SELECT pg_sleep(600)"); }
'''

[limits]
deadline: "2s"

[routes]
"POST /rust/order": rust.order
"POST /rust/handle/{id}": rust.handle
"GET /rust/effects/{id}": rust.effects
"GET /rust/sleeps": rust.sleeps
"POST /assemblyscript/order": assemblyscript.order
"POST /assemblyscript/handle/{id}": assemblyscript.handle
"GET /assemblyscript/effects/{id}": assemblyscript.effects
"GET /assemblyscript/sleeps": assemblyscript.sleeps
"POST /typescript/order": typescript.order
"POST /typescript/handle/{id}": typescript.handle
"GET /typescript/effects/{id}": typescript.effects
"GET /typescript/sleeps": typescript.sleeps
"#;

async fn serve(url: &str) -> Service {
    Service::start_in(Folder::new(TEXT), &[("POSTGRES_URL", url)]).await
}

#[tokio::test]
async fn a_service_keeps_its_data_on_a_server() {
    let server = Postgres::start();
    let service = serve(&server.url()).await;
    // A refused row has taken its number.
    for (language, count) in LANGUAGES.into_iter().zip(1..) {
        let id = 2 * count - 1;
        let order = json!({ "item": language, "tags": { "a": [1, "é😀"] } });
        let answer = service.post(&format!("/{language}/order"), order.clone()).await;
        let row = json!({ "id": id, "item": language, "data": order["tags"], "dated": true });
        let expected = json!({ "order": row, "tags": order["tags"], "count": count });
        assert_eq!(answer.json(), expected, "{language}");
        let twice = service.post(&format!("/{language}/order"), order).await;
        assert_eq!(twice.status, 409, "{twice:?}");
        // Which tables and columns there are is for the log; the fujsen itself decides by the code.
        let told = twice.json();
        assert_eq!(
            told["message"], "this conflicts with the data that is stored",
            "{twice:?}"
        );
        assert!(
            told["request_id"].is_string() && !twice.text.contains("orders"),
            "{twice:?}"
        );
        service.logged("orders_item_key").await;
        assert_eq!(service.get(&format!("/{language}/sleeps")).await.status, 504);
    }
    let at_work = "SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state = 'active'";
    eventually("the end of what sleeps", || async {
        (server.admin(at_work) == "0").then_some(())
    })
    .await;

    // A swap keeps the connections; those of what slept are gone.
    assert_eq!(service.get("/rust/effects/none").await.json(), 0);
    let connections = "SELECT min(backend_start) FROM pg_stat_activity WHERE usename = 'app'";
    let before = server.admin(connections);
    service
        .folder
        .write("service.tsk", &TEXT.replace("word: \"one\"", "word: \"two\""));
    service.logged("swapped in").await;
    let order = json!({ "item": "last", "tags": [] });
    assert_eq!(service.post("/rust/order", order).await.json()["count"], 4);
    assert_eq!(server.admin(connections), before);
    assert!(!before.is_empty());

    let metrics = service.metrics().await;
    let labels = [("kind", "sql"), ("dependency", "main"), ("outcome", "refused")];
    assert_eq!(metrics.get("tusk_dependency_operations_total", &labels), Some(3.0));
    assert!(!service.log().contains("geheim"), "{}", service.log());
}

#[tokio::test]
async fn an_inbox_notes_each_event_once() {
    let server = Postgres::start();
    let service = serve(&server.url()).await;
    for language in LANGUAGES {
        for id in ["shared", language] {
            // The first of them all make the table.
            let path = format!("/{language}/handle/{id}");
            let answers = futures_util::future::join_all((0..8).map(|_| service.post(&path, json!({})))).await;
            for answer in answers.iter().filter(|answer| answer.status != 200) {
                assert_eq!(answer.status, 503, "{answer:?}");
            }
            // As the queue does with a handler that failed.
            eventually("a delivery", || async {
                (service.post(&path, json!({})).await.text == "false").then_some(())
            })
            .await;
            let effects = service.get(&format!("/{language}/effects/{id}")).await;
            // All languages share the table.
            assert_eq!(effects.json(), 1, "{language} {id}");
        }
    }
}

#[tokio::test]
async fn a_server_may_be_down_and_come_back() {
    let mut server = Postgres::start();
    server.stop();
    let service = serve(&server.url()).await;
    let status = |expected: &'static str| {
        let service = &service;
        eventually(expected, move || async move {
            let ready = service.admin("/health/ready").await;
            (ready.json()["status"] == expected).then_some(ready)
        })
    };
    for _ in 0..2 {
        assert_eq!(status("unavailable").await.status, 503);
        for language in LANGUAGES {
            let order = json!({ "item": "x", "tags": {} });
            let answer = service.post(&format!("/{language}/order"), order).await;
            assert_eq!(answer.status, 503, "{answer:?}");
        }
        server.restart();
        assert_eq!(status("ready").await.status, 200);
        for language in LANGUAGES {
            let path = format!("/{language}/effects/none");
            assert_eq!(service.get(&path).await.json(), 0);
        }
        server.stop();
    }
    let log = service.log();
    assert!(
        log.contains("the database `main` is left for its first use: ") && !log.contains("geheim"),
        "{log}"
    );
}

#[tokio::test]
async fn a_server_is_trusted_where_its_certificate_is() {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut authority = rcgen::CertificateParams::new([]).unwrap();
    authority.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let authority = rcgen::CertifiedIssuer::self_signed(authority, key).unwrap();
    let key = rcgen::KeyPair::generate().unwrap();
    let names = rcgen::CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = names.signed_by(&key, &authority).unwrap();
    let server = Postgres::start_with_tls(&certificate.pem(), &key.serialize_pem());
    let text = "secure: @query(\"SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()\")\n\
                [databases]\nmain: @env.secure(\"POSTGRES_URL\")\n";
    let folder = Folder::new(text);
    folder.write("ca.pem", &authority.pem());
    let ask = |host: &str, certificates: &str| {
        let url = server.url().replace("127.0.0.1", host) + "?sslmode=require";
        let variables = [("POSTGRES_URL", &*url), ("SSL_CERT_FILE", certificates)];
        tusk_with(folder.path(), &["get", "service.tsk", "secure", "--eval"], &variables)
    };
    let authorities = folder.file("ca.pem");
    let trusted = ask("127.0.0.1", authorities.to_str().unwrap());
    assert_eq!((trusted.code, trusted.stdout.trim()), (Some(0), "true"), "{trusted:?}");
    let elsewhere = ask("localhost", authorities.to_str().unwrap());
    assert!(elsewhere.stderr.contains("invalid peer certificate"), "{elsewhere:?}");
    let unknown = ask("127.0.0.1", "/etc/ssl/certs/ca-certificates.crt");
    assert!(unknown.stderr.contains("invalid peer certificate"), "{unknown:?}");
    assert!(unknown.stderr.contains("service.tsk:3:"), "{unknown:?}");
}

#[tokio::test]
async fn a_wrong_password_is_told_with_its_place() {
    let server = Postgres::start();
    let url = server.url().replace("geheim", "falsch");
    let folder = Folder::new("[databases]\nmain: @env.secure(\"POSTGRES_URL\")\n[a]\nn: @query(\"SELECT 1\")\n");
    let variables = [("POSTGRES_URL", &*url)];
    let output = tusk_with(folder.path(), &["service.tsk", "--port", "0"], &variables);
    assert_eq!(output.code, Some(1), "{output:?}");
    for says in [
        "password authentication failed for user \"app\"",
        "service.tsk:2:7",
        "check the user and the password",
    ] {
        assert!(output.stderr.contains(says), "{output:?}");
    }
    assert!(!output.stderr.contains("falsch"), "{output:?}");
}

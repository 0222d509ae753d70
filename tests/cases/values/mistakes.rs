//! What somebody else has got wrong decides the status.

use serde_json::json;

use super::LANGUAGES;
use crate::harness::{Folder, Postgres, Service, Upstream};

const MISTAKES: &str = r#"
[service]
name: "mistakes"

[databases]
main: { url: @env("POSTGRES_URL"), setup: "DO $$ BEGIN CREATE TYPE mood AS ENUM ('sad', 'happy'); EXCEPTION WHEN duplicate_object THEN NULL; END $$; CREATE TABLE IF NOT EXISTS people (id UUID, mood mood, born DATE, n SMALLINT, code VARCHAR(3))" }

[upstream]
url: @env("UPSTREAM")

[rust]
all_fujsen = '''rust
#[derive(Deserialize)]
struct Answer { a: i64 }

#[fujsen]
fn upstream() -> Result<i64> {
    let answer: Answer = http::get(config::get::<String>("upstream.url")?).send()?.json()?;
    Ok(answer.a)
}

#[fujsen]
fn own() -> Result<Value> { Ok(serde_json::from_str("<html>")?) }

#[fujsen]
fn body(request: Request) -> Result<i64> { Ok(request.json::<Answer>()?.a) }

#[fujsen]
fn member(answer: Answer) -> i64 { answer.a }

#[fujsen]
fn find(column: String, value: String) -> Result<Value> {
    Ok(json!(sql::query("main", &format!("SELECT id FROM people WHERE {column} = ?"), params![value])?))
}

#[fujsen]
fn add(id: String, mood: String, born: String, n: i64, code: String) -> Result<u64> {
    let changes = sql::execute("main", "INSERT INTO people VALUES (?, ?, ?, ?, ?)", params![id, mood, born, n, code])?;
    Ok(changes.affected)
}

#[fujsen]
fn any(ids: Vec<String>, numbers: Vec<i64>) -> Result<Value> {
    let rows = sql::query("main", "SELECT count(*) AS n FROM people WHERE id = ANY(?) AND n = ANY(?)", params![ids, numbers])?;
    rows.first().unwrap().get("n")
}
'''

[assemblyscript]
all_fujsen = '''assemblyscript
class Answer { a: i64; constructor() { this.a = 0; } }

export function upstream(): i64 { return http.get(config.text("upstream.url")).json().get("a").asInteger(); }

export function own(): Json { return Json.parse("<html>"); }

export function body(request: Request): i64 { return request.json().to<Answer>().a; }

export function member(answer: Json): i64 { return answer.get("a").asInteger(); }

export function find(column: string, value: string): Rows {
  return sql.query("main", "SELECT id FROM people WHERE " + column + " = ?", [Value.of(value)]);
}

export function add(id: string, mood: string, born: string, n: i64, code: string): i64 {
  const values = [Value.of(id), Value.of(mood), Value.of(born), Value.of(n), Value.of(code)];
  return sql.execute("main", "INSERT INTO people VALUES (?, ?, ?, ?, ?)", values).affected;
}

export function any(ids: string[], numbers: i64[]): i64 {
  const text = "SELECT count(*) AS n FROM people WHERE id = ANY(?) AND n = ANY(?)";
  return sql.queryOne("main", text, [Value.of(ids), Value.of(numbers)])!.integer("n");
}
'''

[typescript]
all_fujsen = '''typescript
interface Answer { a: number }

/** Types are erased: they are checked of arguments, not of what else comes as JSON. */
function checked({ a }: Answer, mistake: (message: string) => HttpError): number {
  if (typeof a !== "number") throw mistake("`a` is not a number");
  return a;
}

export function upstream(): number { return checked(http.get(config.text("upstream.url")).json(), badGateway); }
export function own(): unknown { return JSON.parse("<html>"); }
export async function body(request: Request): Promise<number> { return checked(await request.json(), badRequest); }
export function member(answer: Answer): number { return answer.a; }

export function find(column: string, value: string) {
  return sql.query("main", `SELECT id FROM people WHERE ${column} = ?`, [value]);
}

export function add(id: string, mood: string, born: string, n: number, code: string): number {
  return sql.execute("main", "INSERT INTO people VALUES (?, ?, ?, ?, ?)", [id, mood, born, n, code]).affected;
}

export function any(ids: string[], numbers: number[]): number {
  const text = "SELECT count(*) AS n FROM people WHERE id = ANY(?) AND n = ANY(?)";
  return sql.queryOne("main", text, [ids, numbers])!.n;
}
'''

[routes]
"GET /rust/upstream": rust.upstream
"GET /rust/own": rust.own
"POST /rust/body": rust.body
"POST /rust/member": rust.member
"GET /rust/find": rust.find
"POST /rust/add": rust.add
"POST /rust/any": rust.any
"GET /assemblyscript/upstream": assemblyscript.upstream
"GET /assemblyscript/own": assemblyscript.own
"POST /assemblyscript/body": assemblyscript.body
"POST /assemblyscript/member": assemblyscript.member
"GET /assemblyscript/find": assemblyscript.find
"POST /assemblyscript/add": assemblyscript.add
"POST /assemblyscript/any": assemblyscript.any
"GET /typescript/upstream": typescript.upstream
"GET /typescript/own": typescript.own
"POST /typescript/body": typescript.body
"POST /typescript/member": typescript.member
"GET /typescript/find": typescript.find
"POST /typescript/add": typescript.add
"POST /typescript/any": typescript.any
"#;

#[tokio::test]
async fn whose_mistake_it_is_decides_the_status() {
    let postgres = Postgres::start();
    for (answer, status) in [
        ("<html>down</html>", 502),
        ("", 502),
        (r#"{"a": "x"}"#, 502),
        (r#"{"b": 1}"#, 502),
        ("{\"a\": \u{0}1}", 502),
        (r#"{"a": 7}"#, 200),
    ] {
        let upstream = Upstream::json(answer).await;
        let (postgres, upstream) = (postgres.url(), upstream.url());
        let variables = [("POSTGRES_URL", postgres.as_str()), ("UPSTREAM", upstream.as_str())];
        let service = Service::start_in(Folder::new(MISTAKES), &variables).await;
        for language in LANGUAGES {
            let told = service.get(&format!("/{language}/upstream")).await;
            assert_eq!(told.status, status, "{language} {answer}: {told:?}");
        }
        if status != 200 {
            continue;
        }
        for language in LANGUAGES {
            let own = service.get(&format!("/{language}/own")).await;
            assert_eq!(own.status, 500, "{language}: {own:?}");
            for (body, status) in [
                ("<html>", 400),
                ("", 400),
                (r#"{"a": "x"}"#, 400),
                ("{}", 400),
                (r#"{"a": 7}"#, 200),
            ] {
                let request = service.client.post(format!("{}/{language}/body", service.url));
                let told = service
                    .send(request.header("content-type", "application/json").body(body))
                    .await;
                assert_eq!(told.status, status, "{language} {body}: {told:?}");
            }
            for (body, status) in [
                (json!({"answer": {"a": "x"}}), 400),
                (json!({"answer": {}}), 400),
                (json!({"answer": {"a": 7}}), 200),
            ] {
                let told = service.post(&format!("/{language}/member"), body.clone()).await;
                assert_eq!(told.status, status, "{language} {body}: {told:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_clients_value_that_a_database_refuses_is_400_and_tells_nothing() {
    let postgres = Postgres::start();
    let postgres = postgres.url();
    let variables = [("POSTGRES_URL", postgres.as_str()), ("UPSTREAM", "http://127.0.0.1:9")];
    let service = Service::start_in(Folder::new(MISTAKES), &variables).await;
    let id = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
    let good = json!({ "id": id, "mood": "happy", "born": "2026-11-25", "n": 7, "code": "abc" });
    for language in LANGUAGES {
        for (column, value) in [
            ("id", "nonsense"),
            ("mood", "nonsense"),
            ("born", "nonsense"),
            ("n", "nonsense"),
            ("n", "99999"),
            ("id", ""),
        ] {
            let told = service
                .ask(&format!("/{language}/find"), &[("column", column), ("value", value)])
                .await;
            assert_eq!(told.status, 400, "{language} {column} {value}: {told:?}");
            assert!(
                !told.text.contains("SELECT") && !told.text.contains("people"),
                "{}",
                told.text
            );
        }
        for (field, value) in [
            ("id", json!("x")),
            ("mood", json!("bored")),
            ("born", json!("2026-02-30")),
            ("n", json!(70_000)),
            ("code", json!("abcdef")),
        ] {
            let mut bad = good.clone();
            bad[field] = value;
            let told = service.post(&format!("/{language}/add"), bad).await;
            assert_eq!(told.status, 400, "{language} {field}: {told:?}");
            assert!(
                !told.text.contains("INSERT") && !told.text.contains("people"),
                "{}",
                told.text
            );
        }
        assert_eq!(
            service.post(&format!("/{language}/add"), good.clone()).await.text,
            "1",
            "{language}"
        );
        // The author's own mistake stays one.
        let told = service
            .ask(&format!("/{language}/find"), &[("column", "nothing"), ("value", "x")])
            .await;
        assert_eq!(told.status, 500, "{language}: {told:?}");
        assert!(!told.text.contains("nothing"), "{}", told.text);
        let lists = json!({ "ids": [id, "00000000-0000-0000-0000-000000000000"], "numbers": [7, 8] });
        let found = service.post(&format!("/{language}/any"), lists).await;
        assert!(["1", "2", "3"].contains(&found.text.as_str()), "{language}: {found:?}");
        let none = service
            .post(&format!("/{language}/any"), json!({ "ids": [], "numbers": [7] }))
            .await;
        assert_eq!(none.text, "0", "{language}");
        let told = service
            .post(&format!("/{language}/any"), json!({ "ids": ["x"], "numbers": [] }))
            .await;
        assert_eq!(told.status, 400, "{language}: {told:?}");
    }
}

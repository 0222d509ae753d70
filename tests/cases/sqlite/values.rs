//! Booleans and names of columns, in both languages.

use serde_json::json;

use crate::harness::{Folder, Service};

const TODOS: &str = r#"
[service]
name: "todos"
[databases]
main: {
    url: "sqlite:main.db"
    setup: "CREATE TABLE IF NOT EXISTS todos (id INTEGER PRIMARY KEY, title TEXT NOT NULL, done BOOLEAN NOT NULL DEFAULT FALSE, late BOOL); INSERT OR IGNORE INTO todos VALUES (1, 'a', TRUE, NULL), (2, 'b', FALSE, TRUE)"
}
[r]
all_fujsen = '''rust
#[derive(Serialize, Deserialize)]
struct Todo { id: i64, title: String, done: bool, late: Option<bool> }
#[derive(Serialize, Deserialize)]
struct Wrong { id: bool }
#[fujsen]
fn typed() -> Result<Vec<Todo>> { sql::query("main", "SELECT * FROM todos ORDER BY id", &[])?.read() }
#[fujsen]
fn raw() -> Result<Value> { Ok(json!(sql::query("main", "SELECT * FROM todos ORDER BY id", &[])?)) }
#[fujsen]
fn get() -> Result<bool> { sql::query_one("main", "SELECT done FROM todos WHERE id = ?", params![2])?.unwrap().get("done") }
#[fujsen]
fn add(done: bool) -> Result<Value> {
    Ok(json!(sql::query("main", "INSERT INTO todos (title, done) VALUES ($2, $1) RETURNING title, done", params![done, "c"])?))
}
#[fujsen]
fn wrong() -> Result<Vec<Wrong>> { sql::query("main", "SELECT id FROM todos", &[])?.read() }
#[fujsen]
fn twice() -> Result<Value> { Ok(json!(sql::query("main", "SELECT a.id, b.id FROM todos a JOIN todos b", &[])?)) }
'''
[a]
all_fujsen = '''assemblyscript
class Todo { id: i64 = 0; title: string = ""; done: bool = false; }
class Wrong { id: bool = false; }
export function typed(): Todo[] { return sql.query("main", "SELECT id, title, done FROM todos ORDER BY id").to<Todo>(); }
export function raw(): Rows { return sql.query("main", "SELECT * FROM todos ORDER BY id"); }
export function get(): bool { return sql.queryOne("main", "SELECT done FROM todos WHERE id = ?", [Value.of(2)])!.boolean("done"); }
export function add(done: bool): Rows {
  return sql.query("main", "INSERT INTO todos (title, done) VALUES ($2, $1) RETURNING title, done", [Value.of(done), Value.of("c")]);
}
export function wrong(): Wrong[] { return sql.query("main", "SELECT id FROM todos").to<Wrong>(); }
export function twice(): Rows { return sql.query("main", "SELECT a.id, b.id FROM todos a JOIN todos b"); }
'''
[routes]
"GET /r/typed": r.typed
"GET /r/raw": r.raw
"GET /r/get": r.get
"POST /r/add": r.add
"GET /r/wrong": r.wrong
"GET /r/twice": r.twice
"GET /a/typed": a.typed
"GET /a/raw": a.raw
"GET /a/get": a.get
"POST /a/add": a.add
"GET /a/wrong": a.wrong
"GET /a/twice": a.twice
"#;

#[tokio::test]
async fn booleans_are_what_the_table_declares() {
    for language in ["r", "a"] {
        let service = Service::start_in(Folder::new(TODOS), &[]).await;
        let raw = json!([
            {"id": 1, "title": "a", "done": true, "late": null},
            {"id": 2, "title": "b", "done": false, "late": true},
        ]);
        assert_eq!(service.get(&format!("/{language}/raw")).await.json(), raw, "{language}");
        let typed = service.get(&format!("/{language}/typed")).await.json();
        assert_eq!(
            (&typed[0]["done"], &typed[1]["done"]),
            (&json!(true), &json!(false)),
            "{language}"
        );
        assert_eq!(
            service.get(&format!("/{language}/get")).await.json(),
            json!(false),
            "{language}"
        );
        let added = service.post(&format!("/{language}/add"), json!({"done": true})).await;
        assert_eq!(added.json(), json!([{"title": "c", "done": true}]), "{language}");
        // What does not fit is named, with the statement that gave it, in the log.
        assert_eq!(service.get(&format!("/{language}/wrong")).await.status, 500);
        service.logged("`SELECT id FROM todos`").await;
        let log = service.log();
        assert!(
            log.lines()
                .any(|line| line.contains("`id`") && line.contains("boolean")),
            "{language}: {log}"
        );
        assert_eq!(service.get(&format!("/{language}/twice")).await.status, 500);
        service.logged("x.id AS x_id").await;
    }
}

//! Operators on real databases. Real HTTP and Redis servers, and guests that read: tests/cases/deferred.rs.
#![allow(clippy::unwrap_used)]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use tsk::{Config, Diagnostic, Options};

use super::*;
use crate::{
    base::{
        folder::Folder,
        value::{Error, Value as Given},
    },
    capability::{
        Capabilities, Credentials, Shared,
        sql::{SqlError, SqlSession},
    },
    observe::request::CallOrigin,
    storage::store::Stores,
};

fn capabilities(shared: &Shared, config: &Config, folder: &Path) -> Result<Capabilities, Vec<Diagnostic>> {
    Capabilities::new(
        shared,
        config,
        &"".into(),
        Credentials::default(),
        &folder.join("service.tsk"),
    )
}

const LONG: Duration = Duration::from_secs(30);

const USERS: &str = r#"
[databases]
main: {
    url: "sqlite:main.db"
    setup: "CREATE TABLE IF NOT EXISTS users (id INTEGER PRIMARY KEY, name TEXT, photo BLOB)"
}
other: "sqlite::memory:"
"#;

/// A file's values, and the databases that it names.
struct Bench {
    config: Config,
    capabilities: Capabilities,
    shared: Shared,
    folder: tempfile::TempDir,
}

fn load(folder: &tempfile::TempDir, text: &str) -> Config {
    let environment = Folder::open(folder.path()).unwrap();
    tsk::load("service.tsk", text, &environment, Options::default()).unwrap()
}

impl Bench {
    async fn new(values: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = load(&folder, &format!("{values}\n{USERS}"));
        let shared = Shared::new(&Arc::default(), Stores::default());
        let capabilities = capabilities(&shared, &config, folder.path()).unwrap();
        capabilities.connect().await.unwrap();
        Self {
            config,
            capabilities,
            shared,
            folder,
        }
    }

    /// As a save of the file would.
    async fn swap(&mut self, values: &str) {
        self.config = load(&self.folder, &format!("{values}\n{USERS}"));
        self.capabilities = capabilities(&self.shared, &self.config, self.folder.path()).unwrap();
        self.capabilities.connect().await.unwrap();
    }

    async fn read(&self, path: &str) -> Result<Given, Error> {
        self.within(path, LONG, &SqlSession::default()).await
    }

    async fn within(&self, path: &str, time: Duration, session: &SqlSession) -> Result<Given, Error> {
        let origin = CallOrigin::internal();
        let mut reader = ValueReader::new(self.capabilities.reach(), &origin, session, Instant::now() + time);
        let value = reader.read(self.config.get(path).unwrap()).await;
        value.map_err(|failed| failed.explain(&self.config.sources))
    }

    async fn insert(&self, session: &SqlSession, name: &str) {
        let statement = format!("INSERT INTO users (name, photo) VALUES ('{name}', x'00ff')");
        let sql = &self.capabilities.sql;
        sql.execute(session, Instant::now() + LONG, "main", statement, vec![])
            .await
            .unwrap();
    }
}

fn json(text: &str) -> Given {
    Given::Json(text.into())
}

fn text(text: &str) -> Given {
    Given::Text(text.into())
}

/// What loading says of a file.
fn wrong(values: &str) -> Vec<Diagnostic> {
    let folder = tempfile::tempdir().unwrap();
    let config = load(&folder, values);
    match capabilities(&Shared::new(&Arc::default(), Stores::default()), &config, folder.path()) {
        Ok(_) => Vec::new(),
        Err(diagnostics) => diagnostics,
    }
}

#[tokio::test]
async fn results_have_the_shape_of_their_statement() {
    let bench = Bench::new(
        r#"
count: @query("SELECT COUNT(*) FROM users")
users: @query("SELECT id, name FROM users ORDER BY id")
names: @query("SELECT name FROM users ORDER BY id")
one: @query("SELECT id, name FROM users WHERE name = ?", "bob")
none: @query("SELECT id FROM users WHERE id = ?", -1)
photo: @query("SELECT photo FROM users LIMIT 1")
photos: @query("SELECT id, photo FROM users LIMIT 1")
elsewhere: @query("other", "SELECT ?", "main")
nothing: @query("DELETE FROM users WHERE id = -1")
inner: @query("SELECT ? + ?", 1, @query("SELECT COUNT(*) FROM users"))
list: @query("SELECT json_array_length(?)", [1, 2, 3])
page: {
    title: "users"
    count: @query("SELECT COUNT(*) FROM users")
    parts: [@query("SELECT 1.5"), null, "x"]
}
again: page.count
"#,
    )
    .await;
    let session = SqlSession::default();
    bench.insert(&session, "ada").await;
    bench.insert(&session, "bob").await;
    for (path, expected) in [
        ("count", Given::Integer(2)),
        ("users", json(r#"[{"id":1,"name":"ada"},{"id":2,"name":"bob"}]"#)),
        ("names", json(r#"[{"name":"ada"},{"name":"bob"}]"#)),
        ("one", json(r#"[{"id":2,"name":"bob"}]"#)),
        ("none", json("[]")),
        ("photo", Given::Bytes(vec![0, 255])),
        ("photos", json(r#"[{"id":1,"photo":"AP8="}]"#)),
        ("elsewhere", text("main")),
        ("nothing", Given::Null),
        ("inner", Given::Integer(3)),
        ("list", Given::Integer(3)),
        ("page", json(r#"{"title":"users","count":2,"parts":[1.5,null,"x"]}"#)),
        ("page.title", text("users")),
        ("again", Given::Integer(2)),
    ] {
        assert_eq!(bench.read(path).await.unwrap(), expected, "{path}");
    }
}

#[tokio::test]
async fn metrics_are_counted_and_read() {
    let bench = Bench::new(
        "seen: @metrics(\"seen_total\")\nsee: @metrics(\"seen_total\", 2)\nhalf: @metrics(\"halves_total\", 0.5)\nkept: @cache(\"1h\", @metrics(\"seen_total\", 1))\n",
    )
    .await;
    for (path, expected) in [
        ("seen", Given::Integer(0)),
        ("see", Given::Integer(2)),
        ("see", Given::Integer(4)),
        ("half", Given::Real(0.5)),
        ("half", Given::Integer(1)),
        ("kept", Given::Integer(5)),
        ("kept", Given::Integer(5)),
        ("seen", Given::Integer(5)),
    ] {
        assert_eq!(bench.read(path).await, Ok(expected), "{path}");
    }
    for bad in [
        "@metrics(1)",
        "@metrics(\"a\", -1)",
        "@metrics(\"a\", \"b\")",
        "@metrics(\"a\", 1, 2)",
    ] {
        let diagnostics = wrong(&format!("a: {bad}\n"));
        assert_eq!(diagnostics.len(), 1, "{bad}");
        assert_eq!(diagnostics[0].code, "deferred-argument", "{bad}");
    }
}

#[tokio::test]
async fn failures_say_where_and_what() {
    let bench = Bench::new(
        r#"
typo: @query("SELEC 1")
table: @query("SELECT * FROM user")
many: @query("SELECT ?")
attach: @query("ATTACH 'x.db' AS x")
constraint: @query("INSERT INTO users VALUES (1, 'a', 1), (1, 'b', 2) RETURNING id")
within: { a: 1, b: [@query("SELECT nothing")] }
cached: @cache("5m", @query("SELECT nowhere"))
metrics: @metrics("tusk_requests", 1)
endless: @query("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
"#,
    )
    .await;
    for (path, place, code, says) in [
        ("typo", "service.tsk:2:7: `@query` fails: ", "syntax", "near \"SELEC\""),
        ("table", "service.tsk:3:8: `@query`", "syntax", "no such table: user"),
        (
            "many",
            "service.tsk:4:7: `@query`",
            "parameters",
            "1 parameter(s), 0 value(s)",
        ),
        ("attach", "service.tsk:5:9: `@query`", "denied", "[databases]"),
        ("constraint", "service.tsk:6:13: `@query`", "constraint", "UNIQUE"),
        ("within", "service.tsk:7:21: `@query`", "syntax", "nothing"),
        ("cached", "service.tsk:8:22: `@query`", "syntax", "nowhere"),
        (
            "metrics",
            "service.tsk:9:10: `@metrics`",
            "bad-metric",
            "app_tusk_requests",
        ),
    ] {
        let error = bench.read(path).await.unwrap_err();
        assert_eq!((error.status, error.code.as_str()), (500, code), "{}", error.message);
        assert!(error.message.starts_with(place), "{}", error.message);
        assert!(error.message.contains(says), "{}", error.message);
    }
    let soon = Duration::from_millis(100);
    let late = bench.within("endless", soon, &SqlSession::default()).await.unwrap_err();
    assert_eq!((late.status, late.code.as_str()), (504, "timeout"));
    assert!(
        late.message.starts_with("service.tsk:10:10: `@query`"),
        "{}",
        late.message
    );
}

#[tokio::test]
async fn what_can_never_work_is_told_when_the_file_is_loaded() {
    for (value, says, help) in [
        ("@query(1)", "takes a SQL text", "@query(\"SELECT …\", …)"),
        (
            "@query(\"mian\", \"SELECT 1\")",
            "did you mean `main`?",
            "[databases]\nmian: ",
        ),
        ("@cache(\"soon\", 1)", "begins with a duration", "@cache(\"5m\""),
        ("@cache(\"0s\", 1)", "above zero", "@cache(\"5m\""),
        ("@cache(\"5m\")", "a duration and a value", "@cache(\"5m\""),
        (
            "[@cache(\"5m\", @redis(1))]",
            "takes a command",
            "@redis(\"GET\", \"key\")",
        ),
        ("@redis(\"GET\", \"key\")", "names no Redis server", "[redis]\nmain: "),
        ("@http(\"GET\")", "a method, a URL", "@http(\"GET\", "),
        ("@http(\"http://x\", 1)", "are an object", "headers"),
        (
            "@http(\"http://x\", { boby: 1 })",
            "no option `boby`",
            "did you mean `body`?",
        ),
        ("@http(\"http://x\", { timeout: \"soon\" })", "is a duration", "\"2s\""),
        ("@http(\"http://x\", { headers: 1 })", "are an object", "headers: {"),
    ] {
        let diagnostics = wrong(&format!("a: {value}\nb: a\n{USERS}"));
        let [diagnostic] = diagnostics.as_slice() else {
            panic!("{value}: {diagnostics:?}")
        };
        assert!(diagnostic.message.contains(says), "{value}: {diagnostic:?}");
        assert!(
            diagnostic.help.as_ref().unwrap().contains(help),
            "{value}: {diagnostic:?}"
        );
        assert_eq!(diagnostic.span.map(|span| span.start >= 3), Some(true), "{value}");
    }
    let none = wrong("a: @query(\"SELECT 1\")");
    assert!(none[0].message.contains("names no database"), "{none:?}");
    assert!(
        none[0].help.as_ref().unwrap().contains("[databases]\nmain: "),
        "{none:?}"
    );
    let several = "a: @query(\"SELECT 1\")\n[databases]\nx: \"sqlite::memory:\"\ny: \"sqlite::memory:\"";
    assert!(wrong(several)[0].message.contains("one of x, y"));
    assert!(wrong("a: @query(\"SELECT 1\")\n[databases]\nonly: \"sqlite::memory:\"").is_empty());
    let redis =
        "a: @redis(\"GET\", \"k\")\nb: @redis(\"y\", \"GET\", \"k\")\n[redis]\nx: \"redis://a\"\ny: \"redis://b\"";
    let several = wrong(redis);
    assert_eq!(several.len(), 1, "{several:?}");
    assert!(several[0].message.contains("one of redis.x, redis.y"), "{several:?}");
    for (value, says) in [
        ("@redis(\"KEYS\", \"*\")", "in steps with SCAN"),
        ("@redis(\"cahce\", \"GET\", \"k\")", "did you mean `cache`?"),
    ] {
        let denied = wrong(&format!("a: {value}\n[redis]\ncache: \"redis://a\""));
        assert!(denied[0].message.contains(says), "{denied:?}");
    }
}

#[tokio::test]
async fn a_cached_value_is_evaluated_once_and_outlives_a_save() {
    let values = "count: @cache(\"5m\", @query(\"SELECT COUNT(*) FROM users\"))\nalias: count\n";
    let mut bench = Bench::new(values).await;
    let session = SqlSession::default();
    bench.insert(&session, "ada").await;
    let reads = futures_util::future::join_all((0..20).map(|_| bench.read("count"))).await;
    assert!(reads.into_iter().all(|read| read.unwrap() == Given::Integer(1)));
    bench.insert(&session, "bob").await;
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(1));
    assert_eq!(bench.read("alias").await.unwrap(), Given::Integer(1));

    bench.swap(&format!("title: \"new\"\n{values}")).await;
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(1));
    bench.swap(&values.replace("5m", "6m")).await;
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(2));
    bench
        .swap("count: @cache(\"5m\", @query(\"other\", \"SELECT 3\"))")
        .await;
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(3));
}

#[tokio::test]
async fn another_database_is_another_value() {
    let mut bench = Bench::new("count: @cache(\"5m\", @query(\"SELECT COUNT(*) FROM users\"))").await;
    bench.insert(&SqlSession::default(), "ada").await;
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(1));
    let text = format!("count: @cache(\"5m\", @query(\"SELECT COUNT(*) FROM users\"))\n{USERS}");
    bench.config = load(&bench.folder, &text.replace("main.db", "second.db"));
    bench.capabilities = capabilities(&bench.shared, &bench.config, bench.folder.path()).unwrap();
    bench.capabilities.connect().await.unwrap();
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(0));
}

#[tokio::test]
async fn a_failure_is_not_cached() {
    let bench = Bench::new("flaky: @cache(\"5m\", @query(\"SELECT name FROM late\"))").await;
    assert_eq!(bench.read("flaky").await.unwrap_err().code, "syntax");
    let (session, sql) = (SqlSession::default(), &bench.capabilities.sql);
    for statement in ["CREATE TABLE late (name)", "INSERT INTO late VALUES ('here')"] {
        sql.execute(&session, Instant::now() + LONG, "main", statement.into(), vec![])
            .await
            .unwrap();
    }
    assert_eq!(bench.read("flaky").await.unwrap(), text("here"));
}

#[tokio::test]
async fn a_call_sees_its_own_transaction_and_the_cache_does_not() {
    let values =
        "count: @query(\"SELECT COUNT(*) FROM users\")\ncached: @cache(\"5m\", @query(\"SELECT COUNT(*) FROM users\"))";
    let bench = Bench::new(values).await;
    let mut session = SqlSession::default();
    let sql = &bench.capabilities.sql;
    sql.begin(&mut session, Instant::now() + LONG, "main").await.unwrap();
    bench.insert(&session, "ada").await;
    assert_eq!(bench.within("count", LONG, &session).await.unwrap(), Given::Integer(1));
    assert_eq!(bench.within("cached", LONG, &session).await.unwrap(), Given::Integer(0));
    assert_eq!(bench.read("count").await.unwrap(), Given::Integer(0));
}

#[tokio::test]
async fn one_read_is_bounded() {
    let query = "@query(\"SELECT 1\")";
    let fits = vec![query; crate::base::limits::DEFERRED_VALUES].join(", ");
    let large = "@query(\"SELECT hex(zeroblob(4000000))\")";
    let values = format!(
        "fits: [{fits}]\nmany: [{fits}, {query}]\nlarge: [{}]",
        [large; 5].join(", ")
    );
    let bench = Bench::new(&values).await;
    assert!(bench.read("fits").await.is_ok());
    let error = bench.read("many").await.unwrap_err();
    assert_eq!(error.code, "too-many");
    assert!(
        error.message.contains("101 operators") && error.message.contains("100 at most"),
        "{}",
        error.message
    );
    let error = bench.read("large").await.unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.status),
        ("too-large", 500),
        "{}",
        error.message
    );
}

#[tokio::test]
async fn secrets_stay_out_of_messages_and_of_what_people_see() {
    let bench = Bench::new(
        r#"
token: @env.secure("TUSK_TEST_UNSET_SECRET", "geheim")
query: @query("SELECT '${token}' FROM nowhere WHERE ${token}")
known: @query("SELECT ?", token)
both: { token: token, length: @query("SELECT length(?)", token), kept: @cache("5m", token) }
"#,
    )
    .await;
    let error = bench.read("query").await.unwrap_err();
    assert!(!error.message.contains("geheim"), "{}", error.message);
    assert_eq!(bench.read("known").await.unwrap(), text("geheim"));
    assert_eq!(
        bench.read("both").await.unwrap(),
        json(r#"{"token":"geheim","length":6,"kept":"geheim"}"#)
    );
    let (origin, session) = (CallOrigin::internal(), SqlSession::default());
    let reader = ValueReader::new(bench.capabilities.reach(), &origin, &session, Instant::now() + LONG);
    let shown = reader
        .for_people(&bench.config)
        .read(bench.config.get("both").unwrap())
        .await
        .unwrap();
    assert_eq!(shown, json(r#"{"token":"***","length":6,"kept":"***"}"#));
}

#[test]
fn a_remedy_is_apart_from_what_happened() {
    let deferred = tsk::Deferred {
        operator: "query".into(),
        arguments: Vec::new(),
        span: tsk::Span::default(),
    };
    let failed = |error: SqlError| OperatorError::new(&deferred, error.into());
    let unknown = || SqlError::Unknown {
        name: "mian".into(),
        hint: "; did you mean `main`?".into(),
    };
    let shown = failed(unknown()).diagnostic();
    assert_eq!(
        shown.message,
        "`@query` fails: no database `mian`; did you mean `main`?"
    );
    assert!(
        shown
            .help
            .unwrap()
            .starts_with("to add it, write in the file:\n[databases]\nmian: ")
    );
    let told = Error::from(unknown()).message;
    assert!(told.ends_with("?; to add it, write in the file:\n[databases]\nmian: \"sqlite:mian.db\""));
    assert_eq!(failed(SqlError::Busy).diagnostic().help, None);
}

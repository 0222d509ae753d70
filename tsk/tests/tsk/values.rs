//! What code, not a file, can see: spans, paths, secrets, sources.

use tsk::{Options, Value, load, suggest};

use crate::support::{World, config, with_lenient};

#[test]
fn every_value_and_key_has_its_span() {
    let config = config("[a]\nkey: \"text\"\n'odd key' = [1, two]\nblock:\n  x: 5\n");
    let slice = |path: &str| config.sources.slice(config.get(path).unwrap().span);
    assert_eq!(slice("a.key"), "\"text\"");
    assert_eq!(slice("a.odd key"), "[1, two]");
    assert_eq!(slice("a.odd key.1"), "two");
    assert_eq!(slice("a.block"), "x: 5");
    assert_eq!(
        config.sources.slice(config.get("a.odd key").unwrap().key_span),
        "'odd key'"
    );
    assert_eq!(
        config.sources.locate(config.get("a.block.x").unwrap().span),
        "service.tsk:5:6"
    );
}

#[test]
fn paths_find_keys_with_dots() {
    let config = config("[v]\n\"1.0.0\": [\"first\"]\n\"1\": 2\n[routes]\n\"GET /users/{id}\": users.get\n");
    assert!(matches!(&config.get("v.1.0.0.0").unwrap().value, Value::String(text) if text == "first"));
    assert!(matches!(config.get("v.1").unwrap().value, Value::Integer(2)));
    assert!(config.get("v.\"1.0.0\"").is_some());
    assert!(config.get("routes.\"GET /users/{id}\"").is_some());
    assert!(config.get("routes.GET /users/{id}").is_some());
    assert!(config.get("v.2").is_none());
    assert!(config.get("").is_none());
}

#[test]
fn secrets_do_not_show() {
    let config = config(
        "key: @env.secure(\"TOKEN\")\nurl: \"http://x/?t=\" + key\nalso: \"${key}!\"\nlater: @http(\"GET\", key)\nfallback: @env.secure(\"NONE\", \"letmein\")\n",
    );
    let shown = format!("{:?} {}", config.root, config.to_json());
    assert!(!shown.contains("hunter2"), "{shown}");
    let secret = |path: &str| match &config.get(path).unwrap().value {
        Value::Secret(secret) => secret.reveal().to_owned(),
        other => panic!("{other:?}"),
    };
    assert_eq!(secret("url"), "http://x/?t=hunter2");
    assert_eq!(secret("also"), "hunter2!");
    assert_eq!(secret("fallback"), "letmein");
    assert_eq!(config.to_json()["key"], "***");
}

#[test]
fn a_source_covers_its_text_byte_for_byte() {
    let text = "[s]\r\na_fujsen = '''rust\r\n/// é\r\nfn a() {}\r\n'''\r\nb_fujsen = \"\"\"export function b(): void {}\"\"\"\r\nc_fujsen: @file(\"code.rs\")\r\nd_fujsen: @wasm(\"lib/d.wasm\")\r\nfujsen = '''python def f(): pass\n'''\r\n";
    let config = config(text);
    let source = |path: &str| match &config.get(path).unwrap().value {
        Value::Source(source) => source.clone(),
        other => panic!("{other:?}"),
    };
    for path in ["s.a_fujsen", "s.b_fujsen", "s.c_fujsen", "s.fujsen"] {
        let source = source(path);
        assert_eq!(config.sources.slice(source.span), &*source.text, "{path}");
    }
    assert!(source("s.a_fujsen").text.starts_with("/// é"));
    assert_eq!(config.sources.locate(source("s.a_fujsen").span), "service.tsk:3:1");
    assert_eq!(source("s.b_fujsen").language.name(), "assemblyscript");
    assert_eq!(config.sources.name(source("s.c_fujsen").span.file), "code.rs");
    assert_eq!(&*source("s.fujsen").text, "def f(): pass\n");
    assert!(matches!(&config.get("s.d_fujsen").unwrap().value, Value::Wasm(path) if path == "lib/d.wasm"));
    assert_eq!(config.files, ["code.rs"]);
}

#[test]
fn lenient_keeps_what_is_unknown() {
    let text = "a: @json({\"x\": y z})\nb: php(time() . 'x')\nc: @query(\"q\").where(1)\n";
    let config = load("x.tsk", text, &World, with_lenient(true)).unwrap();
    for key in ["a", "b", "c"] {
        assert!(matches!(config.get(key).unwrap().value, Value::Deferred(_)), "{key}");
    }
    assert_eq!(config.to_json()["a"], "@json({\"x\": y z})");
}

#[test]
fn a_deferred_value_keeps_its_place() {
    let config = config("count: @query(\"SELECT ?\", 1 + 1)\n[page]\nusers: count\n");
    for path in ["count", "page.users"] {
        let Value::Deferred(deferred) = &config.get(path).unwrap().value else {
            panic!("{path}")
        };
        assert_eq!(config.sources.locate(deferred.span), "service.tsk:1:8", "{path}");
        assert!(matches!(deferred.arguments[1].value, Value::Integer(2)));
    }
    assert_eq!(config.to_json()["page"]["users"], "@query(\"SELECT ?\", 1 + 1)");
}

#[test]
fn suggestions_are_near() {
    assert_eq!(suggest("databse", ["service", "database"]), Some("database"));
    assert_eq!(suggest("Query", ["query", "cache"]), Some("query"));
    assert_eq!(suggest("x", ["service"]), None);
}

#[derive(serde::Deserialize, Debug, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Level {
    Info,
    Debug,
}

#[derive(serde::Deserialize, Debug, PartialEq)]
struct Service {
    name: String,
    port: u16,
    level: Level,
    ratio: Option<f64>,
    tags: Vec<String>,
}

#[test]
fn values_go_into_types() {
    let text = "[service]\nname: users\nport: 80\nlevel: debug\ntags: [a, b]\n";
    let service: Service = config(text).section("service").unwrap();
    assert_eq!(service.level, Level::Debug);
    assert_eq!((service.port, service.ratio, service.tags.len()), (80, None, 2));

    let config = config("[service]\nname: users\nport: 80000\nlevel: debug\ntags: []\n");
    let error = config.section::<Service>("service").unwrap_err();
    assert_eq!(config.sources.slice(error.span.unwrap()), "80000");
    assert!(
        config
            .section::<Service>("servic")
            .unwrap_err()
            .help
            .unwrap()
            .contains("`service`")
    );

    let map: std::collections::HashMap<String, i32> = tsk::from_str("a: 1\nb: 1 + 1").unwrap();
    assert_eq!(map["b"], 2);
    let failure = tsk::from_str::<std::collections::HashMap<String, i32>>("a: x").unwrap_err();
    assert_eq!(
        failure.sources.locate(failure.diagnostics[0].span.unwrap()),
        "<text>:1:4"
    );
}

#[test]
fn units() {
    use std::time::Duration;
    assert_eq!(tsk::duration("1h30m"), Some(Duration::from_secs(5400)));
    assert_eq!(tsk::duration("500ms"), Some(Duration::from_millis(500)));
    assert_eq!(tsk::duration("2"), Some(Duration::from_secs(2)));
    assert_eq!(tsk::duration("2 parsecs"), None);
    assert_eq!(tsk::duration(""), None);
    assert_eq!(tsk::size("64MB"), Some(64 << 20));
    assert_eq!(tsk::size("1.5 KiB"), Some(1536));
    assert_eq!(tsk::size("MB"), None);
    let config = config("a: 30s\nb: 64MB\nc: null\nd: -1\n");
    assert_eq!(config.duration("a"), Ok(Some(Duration::from_secs(30))));
    assert_eq!(config.size("b"), Ok(Some(64 << 20)));
    assert_eq!(config.i64("c"), Ok(None));
    assert_eq!(config.size("d").unwrap_err().code, "value-type");
    assert_eq!(config.bool("b").unwrap_err().code, "value-type");
}

#[test]
fn a_secret_is_no_path_and_in_no_message() {
    for text in [
        "a: @file(@env.secure(\"TOKEN\"))",
        "a: @env.secure(\"TOKEN\", 1)",
        "a: -@env.secure(\"TOKEN\")",
    ] {
        let failure = load("x.tsk", text, &World, Options::default()).unwrap_err();
        let shown = crate::support::render(&failure.diagnostics, &failure.sources);
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}

/// A clock that never says the same twice.
#[derive(Default)]
struct Ticking(std::cell::Cell<i64>);

impl tsk::Environment for Ticking {
    fn read(&self, path: &str) -> std::io::Result<Vec<u8>> {
        World.read(path)
    }

    fn var(&self, name: &str) -> Option<String> {
        World.var(name)
    }

    fn now(&self) -> jiff::Zoned {
        self.0.set(self.0.get() + 1);
        jiff::Timestamp::from_second(self.0.get())
            .unwrap()
            .to_zoned(jiff::tz::TimeZone::UTC)
    }
}

#[test]
fn all_dates_are_of_one_moment() {
    let text = "a: @date(\"U\")\nb: @date(\"U\")\n";
    let config = load("x.tsk", text, &Ticking::default(), Options::default()).unwrap();
    assert_eq!(config.str("a"), config.str("b"));
}

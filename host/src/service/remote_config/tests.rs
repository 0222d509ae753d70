//! Answers of a configuration service that are taken over, and such that are not.

use serde_json::{Value, json};
use tsk::Config;

use super::{document, plan::RemoteConfigPlan};
use crate::{
    base::{fixture, fuzz, value::setting},
    capability::config::Values,
};

const URL: &str = "http://127.0.0.1:8106/config";

fn file(schema: Value, mut values: Value) -> Config {
    values["remote_config"] = json!({"url": URL, "schema": schema});
    fixture::config(values)
}

fn plan(config: &Config) -> RemoteConfigPlan {
    RemoteConfigPlan::new(config).unwrap().unwrap()
}

#[test]
fn the_merged_configuration_is_checked() {
    let schema = json!({
        "cache.ttl": {"type": "integer", "required": true, "min": 1},
        "cache.name": {"type": "string", "required": true},
        "log.level": {"enum": ["info", "debug"]},
    });
    let config = file(schema, json!({"cache": {"name": "local"}, "log": {"level": "info"}}));
    let plan = plan(&config);
    let errors = |values| plan.errors(&plan.document(values));
    assert_eq!(errors(json!({"cache": {"ttl": 5}})), [""; 0], "the file has the name");
    assert_eq!(errors(json!({"cache.ttl": 5})), [""; 0], "a key with a dot");
    assert_eq!(errors(json!({})), ["Missing required config: cache.ttl"]);
    assert_eq!(
        errors(json!({"cache": {"ttl": 0, "name": 7}, "log": "debug", "other": 1})),
        [
            "Config cache.ttl must be at least 1",
            "Config cache.name must be of type string",
            "Config log must be of type object"
        ]
    );
}

#[test]
fn a_document_is_taken_over_and_its_changes_named() {
    let schema = json!({"cache.ttl": {"type": "integer"}, "cache.name": {}, "text": {}});
    let config = file(schema, json!({"cache": {"ttl": 60, "name": "local"}, "rest": 1}));
    let (plan, values) = (plan(&config), Values::changing(&config));
    let take = |document| plan.take_over(&values, plan.document(document));
    assert_eq!(take(json!({"cache": {"ttl": 60}})), [""; 0], "what the file says, too");
    assert!(plan.has_applied());
    let words = "@query(\"DROP TABLE users\") ${HOME}";
    assert_eq!(
        take(json!({"cache": {"ttl": 5}, "text": words, "rest": 2})),
        ["cache.ttl", "text"]
    );
    assert_eq!(
        take(json!({"cache": {"ttl": null, "name": "x"}, "text": words})),
        ["cache.ttl", "cache.name"]
    );
    let ignored = plan.ignored(&plan.document(json!({"cache": {"ttl": 1, "size": 2}, "rest": 3})));
    assert_eq!(ignored, ["cache.size", "rest"]);
    assert!(matches!(setting::node(&json!(words)).value, tsk::Value::String(text) if text == words));
}

#[test]
fn an_answer_that_is_no_configuration_is_refused() {
    let deep = |depth| "[".repeat(depth) + &"]".repeat(depth);
    for (body, at, says) in [
        ("<html>", None, "the answer is no JSON: expected value"),
        ("{\"cache\": {\"ttl\": 5", None, "the answer is no JSON: EOF"),
        ("", None, "the answer is no JSON: EOF"),
        ("[]", None, "the values are no object"),
        ("{\"config\": 7}", Some("config"), "the values are no object"),
        (
            "{\"config\": null}",
            Some("config"),
            "the answer has nothing at `config`",
        ),
        ("{}", Some("data.config"), "the answer has nothing at `data.config`"),
        (&format!("{{\"a\": {}}}", deep(40)), None, "more than 32 deep"),
        (
            &format!("{{\"a\": [{}0]}}", "0,".repeat(10_000)),
            None,
            "more than 10000 values",
        ),
        (&" ".repeat((1 << 20) + 1), None, "the answer is over 1 MiB"),
    ] {
        let error = document::read(body.as_bytes(), at).unwrap_err();
        assert!(error.contains(says), "{error}");
    }
    let nested = br#"{"service": "users", "data": {"config": {"a": 1}}}"#;
    assert_eq!(document::read(nested, Some("data.config")), Ok(json!({"a": 1})));
}

#[test]
fn what_is_wrong_with_the_section_is_said() {
    let rule = json!({"type": "integer"});
    let section = |key: &str, value: Value| {
        let mut section = json!({"url": URL, "schema": {"cache.ttl": rule.clone()}});
        section[key] = value;
        json!({"remote_config": section})
    };
    let schema = |path: &str, values: Value| {
        let mut file = values;
        file["remote_config"] = json!({"url": URL, "schema": {path: rule.clone()}});
        file
    };
    for (file, message, help) in [
        (
            json!({"remote_config": {"schema": {"a": {}}}}),
            "`remote_config` needs a `url`",
            "an empty one asks nobody",
        ),
        (
            section("url", json!("redis://h")),
            "`remote_config.url` must be an http or https URL",
            "write, for example, `url: \"http://",
        ),
        (
            section("every", json!("10ms")),
            "`remote_config.every` must be seconds or a duration, from 1s to 86400s",
            "`every: \"30s\"`",
        ),
        (
            section("headers", json!({"x y": "1"})),
            "`remote_config.headers` must be an object, and `x y` is no header's name",
            "@env.secure",
        ),
        (
            section("headers", json!({"x": 1})),
            "`remote_config.headers` must be an object, and `x` in it a text of one line",
            "@env.secure",
        ),
        (
            section("evry", json!("1s")),
            "`remote_config` has no setting `evry`",
            "did you mean `every`?",
        ),
        (
            section("schema", json!({})),
            "`remote_config` needs a schema: only what it names may come from elsewhere",
            "[remote_config.schema]",
        ),
        (
            section("schema", json!({"cache": {"ttl": {"type": "integer"}}})),
            "`cache` has no rule `ttl`",
            "write `\"cache.ttl\": { … }` in the schema",
        ),
        (
            schema("service.port", json!({})),
            "`service.port` cannot come from elsewhere: [service] is read by the host itself, from the file alone",
            "only plain configuration of your own sections",
        ),
        (
            schema("grants.http", json!({})),
            "`grants.http` cannot come from elsewhere: [grants] is read by the host itself, from the file alone",
            "",
        ),
        (
            schema("users.list_fujsen", json!({})),
            "`users.list_fujsen` cannot come from elsewhere: `list_fujsen` is the name of code, which comes from the file alone",
            "",
        ),
        (
            schema("users", json!({"users": {"fujsen": "x", "limit": 1}})),
            "`users` cannot come from elsewhere: `users` holds code, which comes from the file alone; name its values",
            "",
        ),
        (
            schema("users.reuse", json!({})),
            "`users.reuse` cannot come from elsewhere: `reuse` is read by the host itself, from the file alone",
            "",
        ),
        (
            schema("users.dependencies.mail", json!({})),
            "`users.dependencies.mail` cannot come from elsewhere: `dependencies` are read by the host itself, from the file alone",
            "",
        ),
        (
            schema("cache.ttl", json!({"cache": 5})),
            "`cache.ttl` cannot come from elsewhere: `cache` is no object in the file",
            "",
        ),
        (
            schema("cache.ttl", json!({"cache": {"ttl": "soon"}})),
            "Config cache.ttl must be of type integer",
            "correct the value or its rule",
        ),
        (
            section("schema", json!({"cache": {"type": "object"}, "cache.ttl": {}})),
            "`cache.ttl` is a part of `cache`, which the schema names, too",
            "name `cache`, which then comes whole, or its members, not both",
        ),
    ] {
        let diagnostics = RemoteConfigPlan::new(&fixture::config(file)).err().unwrap();
        assert_eq!(diagnostics.len(), 1, "{diagnostics:?}");
        assert_eq!(diagnostics[0].message, message);
        assert!(
            diagnostics[0].help.as_deref().unwrap().contains(help),
            "{:?}",
            diagnostics[0]
        );
    }
    assert!(RemoteConfigPlan::new(&fixture::config(json!({}))).unwrap().is_none());
    let off = fixture::config(section("url", json!("")));
    assert!(
        RemoteConfigPlan::new(&off).unwrap().is_none(),
        "an empty URL asks nobody"
    );
}

/// Any answer of a configuration service: taken over as the schema says, or refused.
fn any_document(executions: u64) {
    let corpus = [
        r#"{"cache": {"ttl": 5, "name": "x"}, "log": {"level": "debug"}, "text": "@query(\"x\")"}"#,
        r#"{"data": {"cache.ttl": 60, "list": [1, 2.5, null, {"a": true}]}, "etag": "\"1\""}"#,
        r#"{"cache": {"ttl": 18446744073709551615}, "text": "\ud800", "rest": {"deep": {"er": [[[]]]}}}"#,
        "cache.ttl",
        "data",
    ];
    let schema = json!({
        "cache.ttl": {"type": "integer", "required": true, "min": 1, "max": 1000},
        "cache.name": {"type": "string", "pattern": "^[a-z]*$"},
        "log.level": {"enum": ["info", "debug"]},
        "list": {"type": "array"}, "text": {},
    });
    let config = file(
        schema,
        json!({"cache": {"name": "local", "ttl": 7}, "log": {"level": "info"}}),
    );
    let (plan, values) = (plan(&config), Values::changing(&config));
    fuzz::run("remote configuration", executions, &corpus, |input| {
        let (bytes, at) = (input.bytes(), input.text());
        let at = [None, Some("data"), Some(&*at)][input.below(3)];
        let Ok(document) = document::read(&bytes, at) else {
            return;
        };
        let document = plan.document(document);
        plan.ignored(&document);
        if plan.errors(&document).is_empty() {
            plan.take_over(&values, document);
        }
    });
}

#[test]
fn any_document_is_taken_or_refused() {
    any_document(fuzz::SHORT);
}

#[test]
#[ignore = "a minute"]
fn endure_fuzz_remote_config() {
    any_document(fuzz::long());
}

//! Documents held against rules.

use serde_json::{Value, json};

use super::*;

#[track_caller]
fn errors(schema: Value, document: Value) -> Vec<String> {
    Schema::read(&schema).unwrap().errors_of(&document)
}

#[test]
fn values_are_checked_against_their_rules() {
    for (rule, good, bad, says) in [
        (json!({"type": "string"}), json!(""), json!(1), "be of type string"),
        (json!({"type": "integer"}), json!(-1), json!(1.0), "be of type integer"),
        (
            json!({"type": "integer"}),
            json!(i64::MAX),
            json!(u64::MAX),
            "be of type integer",
        ),
        (json!({"type": "number"}), json!(0.5), json!("1"), "be of type number"),
        (json!({"type": "boolean"}), json!(false), json!(0), "be of type boolean"),
        (json!({"type": "array"}), json!([]), json!({}), "be of type array"),
        (json!({"type": "object"}), json!({}), json!([]), "be of type object"),
        (json!({"min": 1}), json!(1), json!(0), "be at least 1"),
        (json!({"min": 1}), json!(2), json!("a"), "be a number"),
        (json!({"max": 2.5}), json!(2.5), json!(3), "be at most 2.5"),
        (
            json!({"max": 9007199254740992i64}),
            json!(9007199254740992i64),
            json!(9007199254740993i64),
            "be at most 9007199254740992",
        ),
        (
            json!({"min_length": 2}),
            json!("äö"),
            json!("ä"),
            "have at least 2 characters",
        ),
        (
            json!({"max_length": 2}),
            json!([1, 2]),
            json!([1, 2, 3]),
            "have at most 2 elements",
        ),
        (
            json!({"max_length": 2}),
            json!("ab"),
            json!(1),
            "be a string or an array",
        ),
        (
            json!({"enum": ["debug", "info"]}),
            json!("info"),
            json!("trace"),
            "be one of debug, info",
        ),
        (json!({"enum": [1, true]}), json!(1.0), json!(2), "be one of 1, true"),
        (
            json!({"pattern": "^/[a-z]+$"}),
            json!("/api"),
            json!("/API"),
            "match ^/[a-z]+$",
        ),
        (json!({"pattern": "a"}), json!("bab"), json!(1), "be a string"),
        (
            json!({"pattern": "a"}),
            json!("a"),
            json!("a".repeat(9000)),
            "have at most 8192 bytes, since it must match a pattern",
        ),
    ] {
        let schema = json!({"a.b": rule});
        assert_eq!(errors(schema.clone(), json!({"a": {"b": good}})), [""; 0], "{rule}");
        let found = errors(schema, json!({"a": {"b": bad}}));
        assert_eq!(found, [format!("Config a.b must {says}")], "{rule}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let schema = json!({
        "token": {"type": "string", "required": true},
        "limits.low": {"min": 5},
        "limits.high": {"max": 5},
        "hosts": {"type": "array", "items": {"type": "string", "max_length": 3}},
        "log.level": {"type": "string"},
        "log.file": {"type": "string", "required": true},
    });
    let document = json!({"token": null, "limits": {"low": 4, "high": 6}, "hosts": ["a", 7, 8, "long"], "log": "info"});
    assert_eq!(
        errors(schema.clone(), document),
        [
            "Missing required config: token",
            "Config limits.low must be at least 5",
            "Config limits.high must be at most 5",
            "Config hosts.1 must be of type string",
            "Config log must be of type object",
        ]
    );
    let short = errors(
        schema.clone(),
        json!({"token": "t", "log": {"file": "x"}, "hosts": ["long"]}),
    );
    assert_eq!(short, ["Config hosts.0 must have at most 3 characters"]);
    assert_eq!(errors(schema, json!([])), ["The configuration must be an object"]);
}

#[test]
fn paths_are_found_nested_and_as_they_are() {
    let document = json!({"a": {"b": {"c": 1}, "d.e": 2}, "f.g": 3, "n": null, "s": "text"});
    for (path, expected) in [
        ("a.b.c", PathLookup::Value(&json!(1))),
        ("a.d.e", PathLookup::Value(&json!(2))),
        ("f.g", PathLookup::Value(&json!(3))),
        ("n", PathLookup::Nothing),
        ("n.m", PathLookup::Nothing),
        ("a.x", PathLookup::Nothing),
        ("s.x.y", PathLookup::NoObject("s".into())),
        ("a.b.c.d", PathLookup::NoObject("a.b.c".into())),
    ] {
        assert_eq!(find(&document, path), expected, "{path}");
    }
    let schema = Schema::read(&json!({"a.b.c": {}, "a.d.e": {}, "s.x": {}})).unwrap();
    assert_eq!(schema.unnamed(&document), ["f.g", "n"]);
    let schema = Schema::read(&json!({"a.b": {}})).unwrap();
    assert_eq!(schema.unnamed(&document), ["a.d.e", "f.g", "n", "s"]);
}

#[test]
fn a_wrong_schema_is_explained() {
    for (schema, at, message, help) in [
        (json!([]), &[][..], "a schema is an object", "by the path of a value"),
        (
            json!({"a": "integer"}),
            &["a"],
            "`a` must hold rules",
            "type: \"integer\"",
        ),
        (json!({"a..b": {}}), &["a..b"], "`a..b` is no path of a value", ""),
        (
            json!({"a": {"type": "int"}}),
            &["a", "type"],
            "`type` of `a` is no type",
            "there are: string, integer",
        ),
        (
            json!({"a": {"type": "interger"}}),
            &["a", "type"],
            "`type` of `a` is no type",
            "did you mean `integer`?",
        ),
        (
            json!({"a": {"type": "text"}}),
            &["a", "type"],
            "`type` of `a` is no type",
            "write `type: \"string\"`",
        ),
        (
            json!({"a": {"requierd": true}}),
            &["a", "requierd"],
            "`a` has no rule `requierd`",
            "did you mean `required`?",
        ),
        (
            json!({"security": {"token_lifetime": {"type": "integer"}}}),
            &["security", "token_lifetime"],
            "`security` has no rule `token_lifetime`",
            "write `\"security.token_lifetime\": { … }` in the schema",
        ),
        (
            json!({"a": {"required": "yes"}}),
            &["a", "required"],
            "`required` of `a` must be true or false",
            "write `required: true`",
        ),
        (
            json!({"a": {"min": "1"}}),
            &["a", "min"],
            "`min` of `a` must be a number",
            "`min: 1`",
        ),
        (
            json!({"a": {"max_length": -1}}),
            &["a", "max_length"],
            "`max_length` of `a` must be an integer from 0 on",
            "`max_length: 40`",
        ),
        (
            json!({"a": {"enum": []}}),
            &["a", "enum"],
            "`enum` of `a` must be a list of strings, numbers or booleans",
            "",
        ),
        (
            json!({"a": {"pattern": "(?=x)"}}),
            &["a", "pattern"],
            "`pattern` of `a` cannot be used: look-around",
            "neither look-around nor back-references",
        ),
        (
            json!({"a": {"pattern": "\\w{200}"}}),
            &["a", "pattern"],
            "`pattern` of `a` cannot be used: it needs too much memory",
            "[a-zA-Z0-9_]",
        ),
        (
            json!({"a": {"type": "array", "items": {"type": "strin"}}}),
            &["a", "items", "type"],
            "`type` of `a` is no type",
            "did you mean `string`?",
        ),
        (
            json!({"a": {"items": {"required": true}}}),
            &["a", "items"],
            "`items` of `a` cannot be `required`",
            "",
        ),
        (
            json!({"a": {"type": "string", "min": 1}}),
            &["a", "min"],
            "`min` of `a` is not for the type string",
            "it is for: integer, number",
        ),
        (
            json!({"a": {"type": "integer", "enum": ["1"]}}),
            &["a", "enum"],
            "`enum` of `a` holds what is not of the type integer",
            "",
        ),
        (
            json!({"a": {"min": 2, "max": 1}}),
            &["a", "min"],
            "`min` of `a` is above its `max`",
            "",
        ),
    ] {
        let wrong = Schema::read(&schema).unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        assert_eq!(wrong[0].at, at, "{schema}");
        assert!(wrong[0].message.starts_with(message), "{:?}", wrong[0]);
        assert!(wrong[0].help.contains(help), "{:?}", wrong[0]);
    }
    let many: serde_json::Map<String, Value> = (0..257).map(|n| (format!("k{n}"), json!({}))).collect();
    assert_eq!(
        Schema::read(&Value::Object(many)).unwrap_err()[0].message,
        "a schema has at most 256 paths"
    );
}

//! Texts as they are read: signatures, checks, code without types, and what is refused where.
#![allow(clippy::unwrap_used)]

use serde_json::{Value, json};
use tsk::{Diagnostic, Source, SourceMap, Span};

use super::{LANGUAGE, image, lexis::LEXIS, read::read, script};
use crate::{Evaluated, EvaluationError, Evaluator, Interpreter, Kind, ModuleSource, Text, limits, nesting};

/// A module whose texts stand in one file, each behind a line that names its key.
fn module(texts: &[(&str, &str)]) -> (ModuleSource, SourceMap) {
    let mut file_text = String::new();
    let mut places = Vec::new();
    for (key, text) in texts {
        file_text += &format!("{key} = '''javascript\n");
        places.push(file_text.len());
        file_text += &format!("{text}\n'''\n");
    }
    let mut sources = SourceMap::default();
    let file = sources.add("service.tsk", file_text);
    let texts = texts.iter().zip(places).map(|((key, text), start)| {
        let span = |start: usize, end: usize| Span {
            file,
            start: start as u32,
            end: end as u32,
        };
        Text {
            key: (*key).to_owned(),
            source: Source {
                language: LANGUAGE.known,
                text: (*text).into(),
                span: span(start, start + text.len()),
            },
            key_span: span(start - 1, start),
        }
    });
    let module = ModuleSource {
        eval: false,
        section: "users".into(),
        language: LANGUAGE.known,
        texts: texts.collect(),
    };
    (module, sources)
}

fn scripts(texts: &[(&str, &str)]) -> Result<Vec<script::Script>, Vec<String>> {
    let (module, sources) = module(texts);
    let place = |diagnostic: &Diagnostic| {
        let place = sources.locate(diagnostic.span.unwrap());
        let place = place.trim_start_matches("service.tsk:");
        format!(
            "{place}: {} = {}",
            diagnostic.message,
            diagnostic.help.clone().unwrap_or_default()
        )
    };
    read(&module).map_err(|errors| errors.iter().map(place).collect())
}

fn one(code: &str) -> script::Script {
    match scripts(&[("a_fujsen", code)]) {
        Ok(mut scripts) => scripts.remove(0),
        Err(errors) => panic!("{code}\n{errors:#?}"),
    }
}

/// The code without types.
fn blanked(code: &str) -> String {
    one(code).code
}

fn errors(code: &str) -> Vec<String> {
    scripts(&[("a_fujsen", code)]).unwrap_err()
}

fn error(code: &str) -> String {
    let errors = errors(code);
    assert_eq!(errors.len(), 1, "{code}\n{errors:#?}");
    errors.concat()
}

/// Kind, whether it is optional, and what is checked of the one parameter of `f`, which is called `a`.
fn parameter(code: &str) -> (Kind, bool, Value) {
    let fujsen = one(code).fujsens.remove(0);
    assert_eq!(fujsen.function.params[0].name, "a", "{code}");
    let schema = fujsen.checks[0].schema.clone().unwrap_or_default();
    (
        fujsen.function.params[0].kind,
        fujsen.function.params[0].optional,
        schema,
    )
}

/// What is checked of a parameter of this type, among other declarations.
fn schema(ty: &str, declarations: &str) -> Value {
    let (kind, _, schema) = parameter(&format!("export function f(a: {ty}) {{}}\n{declarations}"));
    assert!(kind == Kind::Json || !schema.is_null(), "{ty}: {kind:?}");
    schema
}

#[test]
fn an_exported_function_is_described() {
    let script = one(
        "const page = 20;\n/**\n * GET /users\n * @param q ignored\n */\nexport async function list(limit: number = -50, q?: string, all = false): Promise<User[]> {\n  return [];\n}\ninterface User { id: number }\n",
    );
    let function = &script.fujsens[0].function;
    assert_eq!((script.file.as_str(), script.fujsens.len()), ("a_fujsen.js", 1));
    assert_eq!(
        (function.name.as_str(), function.doc.as_deref()),
        ("list", Some("GET /users"))
    );
    assert_eq!(
        (function.file.as_deref(), function.line),
        (Some("a_fujsen.js"), Some(6))
    );
    assert_eq!(function.result, "User[]");
    let about: Vec<_> = function
        .params
        .iter()
        .map(|one| {
            (
                one.name.as_str(),
                one.kind,
                one.source.as_str(),
                one.optional,
                one.default.clone(),
            )
        })
        .collect();
    assert_eq!(
        about,
        [
            ("limit", Kind::Real, "number", true, Some(json!(-50))),
            ("q", Kind::Text, "string", true, None),
            ("all", Kind::Boolean, "boolean", true, Some(json!(false))),
        ]
    );
}

#[test]
fn every_way_to_export_a_function_makes_a_fujsen() {
    let script = one(
        "export function a() {}\nexport async function b() {}\nexport const c = () => 1, d = async function () {}, e = 5;\nfunction f() {}\nconst g = ((x: string) => x) as any;\nexport { f, g as h };\nexport let i = (x: number) => x satisfies number;\n",
    );
    let names: Vec<_> = script
        .fujsens
        .iter()
        .map(|one| (one.function.name.as_str(), one.function.line))
        .collect();
    let expected = [("a", 1), ("b", 2), ("c", 3), ("d", 3), ("f", 6), ("h", 6), ("i", 7)];
    assert_eq!(names, expected.map(|(name, line)| (name, Some(line))));
}

#[test]
fn what_is_no_function_is_no_fujsen() {
    for code in [
        "function f() {}",
        "export function* f() {}",
        "export const f = function* () {}",
        "export class f {}",
        "export const f = 5, g = {}, h = new Map();",
        "export type f = () => void",
        "export declare function f(): void",
        "const f = 1; export { f }",
        "export default class {}",
        "export default { a: 1 }",
    ] {
        assert_eq!(one(code).fujsens.len(), 0, "{code}");
    }
    let scripts = scripts(&[
        (
            "a",
            "export { f } from \"./b.js\"; export * from \"./b.ts\"; export * as b from './b'",
        ),
        ("b", "export function f() {}"),
    ])
    .unwrap();
    assert_eq!((scripts[0].fujsens.len(), scripts[1].fujsens.len()), (0, 1));
}

#[test]
fn the_type_of_a_parameter_decides_what_the_host_binds() {
    let of = |ty: &str| parameter(&format!("export const f = (a: {ty}) => a"));
    let plain = |kind, optional| (kind, optional, Value::Null);
    assert_eq!(of("number"), plain(Kind::Real, false));
    assert_eq!(of("string"), plain(Kind::Text, false));
    assert_eq!(of("`a${string}`"), plain(Kind::Text, false));
    assert_eq!(of("boolean"), plain(Kind::Boolean, false));
    assert_eq!(of("true | false"), plain(Kind::Boolean, false));
    assert_eq!(of("bigint"), plain(Kind::Integer, false));
    assert_eq!(of("Uint8Array"), plain(Kind::Bytes, false));
    assert_eq!(of("ArrayBuffer"), plain(Kind::Bytes, false));
    assert_eq!(of("Request"), plain(Kind::Request, false));
    assert_eq!(of("any"), plain(Kind::Json, false));
    assert_eq!(of("unknown"), plain(Kind::Json, false));
    assert_eq!(of("Whatever<string>"), plain(Kind::Json, false));
    assert_eq!(of("string | null"), plain(Kind::Text, true));
    assert_eq!(of("undefined | (number)"), plain(Kind::Real, true));
    assert_eq!(of("Uint8Array | null | undefined"), plain(Kind::Bytes, true));
    assert_eq!(of("Request | null"), plain(Kind::Request, true));
    assert_eq!(
        of("readonly string[] | null"),
        (Kind::Json, true, json!({"t": "array", "of": {"t": "string"}}))
    );
    let literals = |values: &[Value]| {
        let literals: Value = values.iter().map(|value| json!({"t": "literal", "v": value})).collect();
        json!({"t": "union", "of": literals})
    };
    assert_eq!(
        of("\"a\" | 'b'"),
        (Kind::Text, false, literals(&[json!("a"), json!("b")]))
    );
    assert_eq!(of("1 | -2.5"), (Kind::Real, false, literals(&[json!(1), json!(-2.5)])));
    assert_eq!(of("\"a\" | 1"), (Kind::Json, false, literals(&[json!("a"), json!(1)])));
    assert_eq!(of("\"a\" | string"), plain(Kind::Text, false));
    assert_eq!(of("\"a\""), (Kind::Text, false, json!({"t": "literal", "v": "a"})));
    assert_eq!(of("string & { brand: 1 }"), plain(Kind::Text, false));
}

#[test]
fn defaults_and_marks_make_a_parameter_optional() {
    let of = |parameter: &str| {
        let fujsen = one(&format!("export function f({parameter}) {{}}")).fujsens.remove(0);
        let it = &fujsen.function.params[0];
        (
            it.kind,
            it.optional,
            it.default.clone(),
            it.source.clone(),
            fujsen.checks[0].takes_null,
        )
    };
    let any = "any".to_owned();
    assert_eq!(of("a"), (Kind::Json, false, None, any.clone(), false));
    assert_eq!(of("a?: string"), (Kind::Text, true, None, "string".into(), false));
    assert_eq!(
        of("a: string | null"),
        (Kind::Text, true, None, "string | null".into(), true)
    );
    assert_eq!(
        of("a: string | null = null"),
        (Kind::Text, true, Some(json!(null)), "string | null".into(), false)
    );
    assert_eq!(
        of("a = 1.5"),
        (Kind::Real, true, Some(json!(1.5)), "number".into(), false)
    );
    assert_eq!(
        of("a = -1"),
        (Kind::Real, true, Some(json!(-1)), "number".into(), false)
    );
    assert_eq!(
        of("a = `x`"),
        (Kind::Text, true, Some(json!("x")), "string".into(), false)
    );
    assert_eq!(
        of("a = 5n"),
        (Kind::Integer, true, Some(json!(5)), "bigint".into(), false)
    );
    assert_eq!(of("a = []"), (Kind::Json, true, None, any.clone(), false));
    assert_eq!(of("a = b()"), (Kind::Json, true, None, any, false));
    assert_eq!(
        of("this: A, a: number"),
        (Kind::Real, false, None, "number".into(), false)
    );
}

#[test]
fn comments_say_types_where_no_annotation_does() {
    let of = |tags: &str, parameter: &str| {
        let code = format!("/**\n * Words.\n *\n{tags}\n */\nexport function f({parameter}) {{}}");
        let mut fujsen = one(&code).fujsens.remove(0);
        assert_eq!(fujsen.function.doc.as_deref(), Some("Words."));
        let it = fujsen.function.params.remove(0);
        (
            it.kind,
            it.optional,
            it.default,
            it.source,
            fujsen.checks.remove(0).schema,
        )
    };
    assert_eq!(
        of(" * @param {string} a - who", "a"),
        (Kind::Text, false, None, "string".into(), None)
    );
    assert_eq!(
        of(" * @param {number} [a=5]", "a"),
        (Kind::Real, true, Some(json!(5)), "number".into(), None)
    );
    assert_eq!(
        of(" * @param {number=} a", "a"),
        (Kind::Real, true, None, "number=".into(), None)
    );
    assert_eq!(
        of(" * @param {?string} a", "a"),
        (Kind::Text, true, None, "?string".into(), None)
    );
    assert_eq!(of(" * @param {*} a", "a"), (Kind::Json, false, None, "*".into(), None));
    assert_eq!(
        of(" * @param {!Request} a", "a"),
        (Kind::Request, false, None, "!Request".into(), None)
    );
    assert_eq!(
        of(" * @param {string} a", "a: number"),
        (Kind::Real, false, None, "number".into(), None)
    );
    assert_eq!(
        of(" * @param a", "a = 1"),
        (Kind::Real, true, Some(json!(1)), "number".into(), None)
    );
    assert_eq!(of(" * @param {function(string): number} a", "a").0, Kind::Json);
    assert_eq!(of(" * @param {(((} a", "a").0, Kind::Json);
    let deep = format!(" * @param {{{}number{}}} a", "(".repeat(2000), ")".repeat(2000));
    assert_eq!(of(&deep, "a").0, Kind::Json);
    let list = json!({"t": "array", "of": {"t": "object", "fields": {"id": {"t": "number"}}}});
    assert_eq!(of(" * @param {Array.<{\n *   id: number\n * }>} a", "a").4, Some(list));
    let record = json!({"t": "record", "of": {"t": "number"}});
    assert_eq!(of(" * @param {Object<string, number>} a", "a").4, Some(record));
    let script = one(
        "/** @returns {Promise<User[]>} all */\nexport async function f() {}\n/** @return {void} */\nexport function g() {}",
    );
    assert_eq!(script.fujsens[0].function.result, "User[]");
    assert_eq!(script.fujsens[1].function.result, "void");
    assert_eq!(script.fujsens[0].function.doc, None);
}

#[test]
fn comments_define_types() {
    let code = "/**\n * @typedef {Object} User\n * @property {string} name\n * @property {Role} [role]\n */\n/** @typedef {\"a\" | \"b\"} Role */\n/** @param {User} a */\nexport function f(a) {}";
    let role = json!({"t": "union", "of": [{"t": "literal", "v": "a"}, {"t": "literal", "v": "b"}]});
    let user = json!({"t": "object", "fields": {"name": {"t": "string"}, "role": role}, "optional": ["role"]});
    assert_eq!(parameter(code), (Kind::Json, false, user));
    let scripts = scripts(&[
        (
            "a",
            "/** @param {import(\"./b.js\").User} a */\nexport function f(a) {}",
        ),
        ("b", "export interface User { id: number }"),
    ]);
    let schema = scripts.unwrap()[0].fujsens[0].checks[0].schema.clone();
    assert_eq!(schema, Some(json!({"t": "object", "fields": {"id": {"t": "number"}}})));
}

#[test]
fn types_are_looked_through() {
    let object = |fields: Value| json!({"t": "object", "fields": fields});
    let (string, number) = (json!({"t": "string"}), json!({"t": "number"}));
    let user = "interface User { id: number; name?: string; }";
    let optional = json!({"t": "object", "fields": {"id": number, "name": string}, "optional": ["name"]});
    assert_eq!(schema("User", user), optional);
    assert_eq!(schema("User[]", user), json!({"t": "array", "of": optional}));
    assert_eq!(schema("Array<User>", user), json!({"t": "array", "of": optional}));
    assert_eq!(schema("{ id: number; name: string | undefined }", ""), optional);
    assert_eq!(schema("Pick<User, \"id\">", user), object(json!({"id": number})));
    assert_eq!(
        schema("Omit<User, \"id\">", user),
        json!({"t": "object", "fields": {"name": string}, "optional": ["name"]})
    );
    assert_eq!(
        schema("Required<User>", user),
        object(json!({"id": number, "name": string}))
    );
    let partial = json!({"t": "object", "fields": {"id": number, "name": string}, "optional": ["id", "name"]});
    assert_eq!(schema("Partial<Readonly<User>>", user), partial);
    assert_eq!(
        schema("Record<string, number>", ""),
        json!({"t": "record", "of": number})
    );
    assert_eq!(
        schema("{ [key: string]: number }", ""),
        json!({"t": "record", "of": number})
    );
    assert_eq!(
        schema("Record<\"a\" | \"b\", number>", ""),
        object(json!({"a": number, "b": number}))
    );
    assert_eq!(schema("{ [K in \"a\"]: number }", ""), object(json!({"a": number})));
    let open = json!({"t": "object", "fields": {"a": string}, "rest": {"t": "string"}});
    assert_eq!(schema("{ a: string; [key: string]: string }", ""), open);
    assert_eq!(
        schema("[string, b: number]", ""),
        json!({"t": "tuple", "of": [string, number]})
    );
    assert_eq!(
        schema("[string, ...number[]]", ""),
        json!({"t": "array", "of": {"t": "union", "of": [string, number]}})
    );
    assert_eq!(
        schema("string | number", ""),
        json!({"t": "union", "of": [string, number]})
    );
    assert_eq!(
        schema("(string | null)[]", ""),
        json!({"t": "array", "of": {"t": "union", "of": [string, {"t": "null"}]}})
    );
    assert_eq!(
        schema("{ a: Uint8Array; b: bigint }", ""),
        object(json!({"a": {"t": "bytes"}, "b": {"t": "bigint"}}))
    );
    assert_eq!(
        schema("User & { role: string }", "type User = { id: number }"),
        object(json!({"id": number, "role": string}))
    );
    assert_eq!(
        schema("B", "interface A { id: number } interface B extends A { name: string }"),
        object(json!({"id": number, "name": string}))
    );
    assert_eq!(
        schema("A", "interface A { a: string } interface A { b: string }"),
        object(json!({"a": string, "b": string}))
    );
    assert_eq!(
        schema("User[\"id\"] | \"x\"", user),
        json!({"t": "union", "of": [number, {"t": "literal", "v": "x"}]})
    );
    let keys = json!({"t": "union", "of": [{"t": "literal", "v": "id"}, {"t": "literal", "v": "name"}]});
    assert_eq!(schema("keyof User", user), keys);
    assert_eq!(
        schema("Exclude<\"a\" | \"b\" | \"c\", \"a\">[]", "")["of"]["of"][0]["v"],
        "b"
    );
    assert_eq!(
        schema(
            "Page<User>",
            &format!("{user} interface Page<T> {{ items: T[]; next: string | null }}")
        )["fields"]["items"]["of"],
        optional
    );
    assert_eq!(
        schema("{ \"a-b\": string; 1: number; m(): void }", ""),
        object(json!({"a-b": string, "1": number}))
    );
    assert_eq!(schema("{ a: null; b?: null }", "")["fields"]["a"], json!({"t": "null"}));
    let class = "class A { id: number; name = \"\"; static x: string; #y: string; private z: string; m() {} }";
    assert_eq!(
        schema("A", class),
        json!({"t": "object", "fields": {"id": number, "name": true}, "optional": ["name"]})
    );
    assert_eq!(
        schema("{ a: Date; b: T; c: typeof x; d: A extends B ? 1 : 2 }", ""),
        object(json!({"a": true, "b": true, "c": true, "d": true}))
    );
    assert_eq!(
        schema("object", ""),
        json!({"t": "union", "of": [{"t": "record", "of": true}, {"t": "array", "of": true}]})
    );
}

#[test]
fn a_type_that_names_itself_ends_there() {
    let tree = schema("Tree", "interface Tree { value: string; children: Tree[] }");
    assert_eq!(tree["fields"]["children"], json!({"t": "array", "of": true}));
    assert_eq!(
        schema("A[]", "type A = B; type B = A;"),
        json!({"t": "array", "of": true})
    );
    let json = "type Json = string | Json[] | { [key: string]: Json }";
    assert_eq!(
        schema("{ a: Json }", json)["fields"]["a"]["of"][1],
        json!({"t": "array", "of": true})
    );
}

#[test]
fn a_type_parameter_is_what_it_extends() {
    let of = |code: &str| parameter(code);
    assert_eq!(of("export function f<T>(a: T) {} type T = string;").0, Kind::Json);
    assert_eq!(of("export const f = <T extends string>(a: T) => a").0, Kind::Text);
}

#[test]
fn types_that_grow_without_end_are_refused() {
    let doubling: String = (0..40)
        .map(|n| format!("type A{n} = {{ a: A{}; b: A{0} }};\n", n + 1))
        .collect();
    let chain: String = (0..5000).map(|n| format!("type A{n} = [A{}];\n", n + 1)).collect();
    let generic =
        "type P<T> = [T, T]; type A0 = P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<P<string>>>>>>>>>>>>>>>>>>>>;".to_owned();
    for declarations in [doubling, chain, generic] {
        let code = format!("export function f(a: A0) {{}}\n{declarations}");
        assert!(
            error(&code).starts_with("2:22: the types of this module have more than"),
            "{}",
            error(&code)
        );
    }
}

#[test]
fn texts_of_a_section_know_each_others_types() {
    let of = |code: &str| {
        let scripts = scripts(&[
            ("a", code),
            (
                "b",
                "export interface User { id: number }\nexport type { Local as Other }\ninterface Local { b: string }\nexport default interface D { d: string }",
            ),
            (
                "c",
                "export { User as Member } from \"./b.js\";\nexport * from \"./b\";",
            ),
        ]);
        let scripts = scripts.unwrap_or_else(|errors| panic!("{errors:#?}"));
        scripts[0].fujsens[0].checks[0].schema.clone().unwrap_or_default()["fields"].clone()
    };
    let user = json!({"id": {"t": "number"}});
    assert_eq!(
        of("import type { User } from \"./b.ts\"; export const f = (a: User) => a"),
        user
    );
    assert_eq!(
        of("import { User as U } from \"./c.js\"; export const f = (a: U) => a"),
        user
    );
    assert_eq!(
        of("import { Member } from \"./c.js\"; export const f = (a: Member) => a"),
        user
    );
    assert_eq!(
        of("import * as b from \"./b.js\"; export const f = (a: b.User) => a"),
        user
    );
    assert_eq!(
        of("import D from \"./b.js\"; export const f = (a: D) => a"),
        json!({"d": {"t": "string"}})
    );
    assert_eq!(
        of("import { Other } from \"./b.js\"; export const f = (a: Other) => a"),
        json!({"b": {"t": "string"}})
    );
    assert_eq!(of("export const f = (a: User) => a"), user);
    assert_eq!(
        of("interface User { own: 1 } export const f = (a: User) => a")["own"]["v"],
        1
    );
}

#[test]
fn a_request_is_the_sdks_unless_a_text_has_its_own() {
    assert_eq!(
        parameter("import { Request as R } from \"tusk\"; export const f = (a: R) => a").0,
        Kind::Request
    );
    assert_eq!(
        parameter("interface Request { id: number } export const f = (a: Request) => a").0,
        Kind::Json
    );
    assert_eq!(
        schema("{ a: Request }", ""),
        json!({"t": "object", "fields": {"a": true}})
    );
}

#[test]
fn a_signature_that_the_host_cannot_bind_is_refused_with_the_one_to_write() {
    for (code, expected) in [
        (
            "export function f({ a, b: c }: X) {}",
            "2:19: the host binds arguments by name, and this parameter has none = take each by its name: `a, c`",
        ),
        (
            "export const f = ([a]) => a",
            "2:19: the host binds arguments by name, and this parameter has none = take each by its name: `a`",
        ),
        (
            "export function f(a: string, ...b: number[]) {}",
            "2:30: the host binds arguments by name, and a rest parameter has many without one = take a list: `b`, without the dots",
        ),
        (
            "export function f(when: Date) {}",
            "2:25: no argument can be a `Date` = take a text, `when: string`, and make `new Date(when)` of it",
        ),
        (
            "export function f(a: Map<string, number> | null) {}",
            "2:22: no argument can be a `Map` = take an object, `a: Record<string, …>`, and make `new Map(Object.entries(a))` of it",
        ),
        (
            "export function f(a: () => void) {}",
            "2:22: no argument can be a function = take what it would be made of, or do not export the function",
        ),
        (
            "export default function list() {}",
            "2:1: the host calls a fujsen by its name, and a default export has none = write `export function list(…)`",
        ),
        (
            "export default async () => 1",
            "2:1: the host calls a fujsen by its name, and a default export has none = write `export function NAME(…)`",
        ),
        (
            "function a() {}\nexport default a",
            "3:1: the host calls a fujsen by its name, and a default export has none = write `export { a }`",
        ),
        (
            "function a() {}\nexport { a as default }",
            "3:10: the host calls a fujsen by its name, and a default export has none = write `export { a }`",
        ),
    ] {
        assert_eq!(error(code), expected);
    }
    assert!(error("function a() {} export { a as \"a b\" }").contains("a name that the host uses has letters"));
    let long = "x".repeat(limits::NAME + 1);
    assert!(error(&format!("export function {long}() {{}}")).contains("at most 128 bytes"));
    assert!(error(&format!("export function f({long}) {{}}")).contains("at most 128 bytes"));
    let many: String = (0..=limits::PARAMETERS).map(|n| format!("a{n}, ")).collect();
    assert!(error(&format!("export function f({many}) {{}}")).contains("takes at most 64 parameters"));
}

#[test]
fn long_words_are_cut_and_too_many_functions_refused() {
    let code = format!(
        "/** {} */\nexport function f(a: {}) {{}}",
        "é".repeat(limits::DOC),
        "| 1".repeat(limits::TYPE)
    );
    let function = one(&code).fujsens.remove(0).function;
    assert!(function.doc.unwrap().len() <= limits::DOC && function.params[0].source.len() <= limits::TYPE);
    let many: String = (0..=limits::FUNCTIONS)
        .map(|n| format!("export function f{n}() {{}}\n"))
        .collect();
    assert!(
        error(&many).starts_with("1002:17: a module has at most 1000 fujsens"),
        "{}",
        error(&many)
    );
}

#[test]
fn two_fujsens_of_one_name_are_refused_at_both() {
    let found = scripts(&[
        ("a_fujsen", "export function x() {}"),
        ("b_fujsen", "export const x = () => 1"),
    ]);
    let expected = [
        "2:17: there is another fujsen `x` in b_fujsen.js = rename one of them",
        "5:14: there is another fujsen `x` in a_fujsen.js = rename one of them",
    ];
    assert_eq!(found.unwrap_err(), expected);
}

#[test]
fn the_engine_and_the_host_are_told_the_same_functions() {
    let texts = [
        (
            "a",
            "/** Doc. */\nexport function f(a: number, b: string[] | null, c?: \"x\", r?: Request): void {}\n",
        ),
        ("b", "export const g = async () => 1"),
    ];
    let scripts = scripts(&texts).unwrap();
    let list = json!({"t": "array", "of": {"t": "string"}});
    let params = json!([
        {"name": "a", "kind": "real"},
        {"name": "b", "kind": "json", "schema": list, "absent": "null"},
        {"name": "c", "kind": "text", "schema": {"t": "literal", "v": "x"}, "absent": "undefined"},
        {"name": "r", "kind": "request", "absent": "undefined"},
    ]);
    let expected = json!([
        {"name": "a.js", "code": scripts[0].code, "functions": [{"name": "f", "params": params}]},
        {"name": "b.js", "code": scripts[1].code, "functions": [{"name": "g", "params": []}]},
    ]);
    assert_eq!(script::input(&scripts), expected);
    let lines = script::functions(&scripts);
    let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        (lines.len(), &lines[0]["doc"], &lines[0]["result"]),
        (2, &json!("Doc."), &json!("void"))
    );
    assert_eq!(lines[0]["params"][1]["type"], "json");
}

/// Checks that what stands between « and » becomes space, and with ‹ a `;` in its first place.
#[track_caller]
fn assert_blanked(marked: &str) {
    let (mut code, mut expected) = (String::new(), String::new());
    let (mut is_blank, mut is_first) = (false, false);
    for c in marked.chars() {
        match c {
            '«' | '‹' => (is_blank, is_first) = (true, c == '‹'),
            '»' => is_blank = false,
            _ => {
                code.push(c);
                let space = if std::mem::take(&mut is_first) { ';' } else { ' ' };
                expected.push(if is_blank && c != '\n' { space } else { c });
            }
        }
    }
    assert_eq!(blanked(&code), expected);
}

#[test]
fn types_become_space() {
    for marked in [
        "let a«: number» = 1, b«!: string»;",
        "function f«<T>»(a«?: T», ...b«: T[]»)«: T» { return a«!»; }",
        "f«<T>»(x); new A«<T>»(); a?.«<T>»(x); b«<T>»`t`;",
        "const g = f«<string>»;",
        "x« as T»; y« satisfies U»; (z« as any»).w; v« as const»;",
        "a«!» + b«!».c«!»[d«!»]«!»;",
        "(a« as T») = 1; [(b« as T»)] = c; for (d«!» of e«!»);",
        "try {} catch (e«: unknown») {}",
        "const f = «<T,>»(a«: T»)«: T» => a;",
        "const f = async «<T>»(a«: T»)«: Promise<T>» => a;",
        "function f(«this: A») {} function g(«this: A,» b) {}",
        "function f(a)«: asserts a is string» {}",
        "const x«: { a: 1 }[]» = [];",
        "class A«<T>» extends B«<T>» «implements C, D<T>» {}",
        "const a = class «implements /* implements */ C» {};",
        "«abstract» class A { }",
        "export «abstract» class A { }",
        "const x = a < b && c > d;",
        "label: for (;;) break label;",
        "const f = (a«?») => a, g = function «<T>»() {};",
        "({ m«<T>»(a«: T»)«: T» { return a }, get x()«: T» { return 1 } });",
        "const [a, b]«: [A, B]» = c, { d }«: D» = e;",
    ] {
        assert_blanked(marked);
    }
}

#[test]
fn declarations_leave_a_semicolon() {
    for marked in [
        "a = 1\n‹type T = A»\n(b)",
        "a = 1\n‹interface I {\n  a: 1;\n}»\n[b]",
        "‹export type T = A;»",
        "‹export interface I { }»",
        "‹declare const a: T;»",
        "‹declare global { interface A {} }»",
        "‹declare module \"x\" { export const a: 1 }»",
        "‹declare enum E { A }»",
        "‹export declare function f(): void;»",
        "‹function f(a: 1): 1;»\nfunction f(a) {}",
        "‹export default interface A {}»",
        "‹import type A from \"x\";»",
        "‹import type { A } from \"./nowhere\";»",
        "‹export type { A } from \"x\"»",
        "‹export type * from \"x\"»",
        "if (a) { ‹type T = A» }",
    ] {
        assert_blanked(marked);
    }
}

#[test]
fn members_of_classes_keep_what_runs() {
    for marked in [
        "class A { x«: T»; y«?: T» = 1; z«!: T» }",
        "class A {\n  a = 1\n  ‹public» [b] = 2\n}",
        "class A {\n  a = 1\n  ‹private» in«: T»\n}",
        "class A { static «readonly» x = 1 }",
        "class A { ‹protected» «override» async *m()«: T» {} }",
        "class A { ‹abstract m(): T;» ‹[k: string]: T;» ‹declare x: T;» n() {} }",
        "class A { ‹m(): void;» m(a«?») {} }",
        "class A { m«?»()«: T» {} [\"n\"]«?»()«: T» {} }",
        "class A { ‹constructor();» constructor(a«?: T») {} }",
        "class A { readonly«: T»; get‹: T»; static‹: T»; declare = 1 }",
        "class A {\n  ‹readonly» set‹: T»\n  constructor() {}\n  async«?»‹: T»\n  get«: T» = 1\n  b() {}\n}",
        "class A { get x()«: T» { return 1 } set x(v«: T») {} }",
        "class A { #a«?: T»; ‹readonly» #b = 1; static { a } }",
    ] {
        assert_blanked(marked);
    }
}

#[test]
fn statements_end_where_they_did() {
    for marked in [
        "let a = b ‹as any»\n(c)",
        "let a = b ‹satisfies T» // d\n[c]",
        "a ‹as T»\n`t`",
        "let a = b« as any»\n+ c",
        "class A {\n  a = 1 ‹as T»\n  [\"b\"] = 2\n}",
        "function f() { return (x« as\n T») }",
        "a«!»\n(b)",
        "let a«: T»\n(b)",
    ] {
        assert_blanked(marked);
    }
}

#[test]
fn no_line_ends_where_none_may() {
    for (code, expected) in [
        ("const f = (a): {\n  b: T } => a", "const f = (a    \n       ) => a"),
        (
            "const f = (a // c\n  ): A<\nB> => a",
            "const f = (a // c\n       \n ) => a",
        ),
        (
            "const f = () => { return <T,\nU>(a: T) => a }",
            "const f = () => { return (  \n   a   ) => a }",
        ),
        ("const f = (): A.\nÜ => a", "const f = (     \n)  => a"),
        ("const f = async <\nT>(a) => a", "const f = async (\n   a) => a"),
    ] {
        assert_eq!(blanked(code), expected);
    }
}

#[test]
fn what_is_imported_as_a_type_is_not_imported() {
    let of = |code: &str| {
        let scripts = scripts(&[
            ("a", code),
            (
                "b",
                "export interface T {} export const v = 1, w = 2; export default class {}",
            ),
        ]);
        scripts.unwrap_or_else(|errors| panic!("{code} {errors:#?}"))[0]
            .code
            .clone()
    };
    for (code, expected) in [
        (
            "import { T, v } from \"./b.js\"; v",
            "import {    v } from \"./b.js\"; v",
        ),
        (
            "import { v, T } from \"./b.js\"; v",
            "import { v,   } from \"./b.js\"; v",
        ),
        (
            "import { type T, v } from \"./b.ts\"; v",
            "import {         v } from \"./b.ts\"; v",
        ),
        ("import { T } from \"./b.js\"; v", ";                           v"),
        ("import { sql } from \"tusk\"; sql", "import { sql } from \"tusk\"; sql"),
        (
            "import { Request } from \"tusk\"; let a: Request",
            ";                               let a         ",
        ),
        (
            "import D, { v } from \"./b.js\"; let a: D = v",
            "import    { v } from \"./b.js\"; let a    = v",
        ),
        (
            "import D, { T } from \"./b.js\"; D",
            "import D, {   } from \"./b.js\"; D",
        ),
        (
            "import D, * as b from \"./b.js\"; let a: b.T = D",
            "import D         from \"./b.js\"; let a      = D",
        ),
        (
            "import * as b from \"./b.js\"; b.v",
            "import * as b from \"./b.js\"; b.v",
        ),
        ("import \"./b.js\";", "import \"./b.js\";"),
        (
            "import { T, v } from \"./b.js\"; export { T, v }",
            "import {    v } from \"./b.js\"; export {    v }",
        ),
        (
            "interface A {} const v = 1; export { A, v, type A as B }",
            ";              const v = 1; export {    v,             }",
        ),
        ("export { T, v } from \"./b.js\"", "export {    v } from \"./b.js\""),
    ] {
        assert_eq!(of(code), expected);
    }
}

#[test]
fn places_behind_a_type_stay_whatever_they_are_counted_in() {
    let code = "let a: \"é☃😀\" | Ünï = nope; // é😀\nexport function f(ü: '😀\\\n' | \"\u{2028}\"): \"é\" { return ü }\r\nlet b: X\r\n";
    let found = blanked(code);
    assert_eq!(found.len(), code.len());
    assert_eq!(found.encode_utf16().count(), code.encode_utf16().count());
    for word in ["nope", "return", "let b", "😀\n"] {
        assert_eq!(found.find(word), code.find(word), "{word}");
    }
    assert_eq!(
        found.matches(['\n', '\r', '\u{2028}']).count(),
        code.matches(['\n', '\r', '\u{2028}']).count()
    );
    assert!(!found.contains("Ün") && found.starts_with("let a  "));
}

#[test]
fn javascript_stays_as_it_is() {
    let code = "// é\nimport { sql } from 'tusk'\nexport const f = async (a, b = {}) => {\n  for await (const x of y) { if (a < b) return /[(\"]/g.test(`${x}`) }\n  return a?.b ?? c ** 2\n}\nclass A extends B { #x = 1; static y = 2; get z() { return this.#x } async *[w]() {} }\nsql\n";
    assert_eq!(blanked(code), code);
}

#[test]
fn syntax_errors_stand_where_the_code_stands() {
    assert_eq!(
        error("function f() {\n  return (1;\n}"),
        "3:12: Expected `,` or `)` but found `;` = "
    );
    assert!(
        error("// é😀\nlet é = \"é😀\"; let 1").starts_with("3:19: "),
        "{}",
        error("// é😀\nlet é = \"é😀\"; let 1")
    );
    let both = scripts(&[("a", "let = ="), ("b", "ok()"), ("c", "'")]).unwrap_err();
    assert_eq!(both.len(), 2);
    assert!(both[0].starts_with("2:") && both[1].starts_with("8:"), "{both:#?}");
    assert_eq!(
        scripts(&[("a", &"return;".repeat(500))]).unwrap_err().len(),
        limits::ERRORS
    );
}

#[test]
fn what_is_more_than_a_type_is_refused_with_what_to_write() {
    for (code, place, help) in [
        (
            "enum Color { Red, Blue = 2 }",
            "2:6",
            "write `const Color = { Red: \"Red\", Blue: \"Blue\" } as const` and `type Color = (typeof Color)[keyof typeof Color]`",
        ),
        ("export const enum E {}", "2:19", "write `const E = {  } as const`"),
        ("namespace N { export const a = 1 }", "2:11", "write `const N = { … }`"),
        (
            "class A { constructor(private readonly x: T) {} }",
            "2:23",
            "declare the field `x;` and write `this.x = x;`",
        ),
        ("@dec class A {}", "2:1", "call the function itself"),
        ("class A { @dec() m() {} }", "2:11", "call the function itself"),
        ("import a = require(\"b\")", "2:1", "write `import a from \"…\"`"),
        ("export = a", "2:1", "write `export { … }`"),
        ("let a = <T>b.c", "2:9", "write `(b.c as T)`"),
        ("class A { accessor x = 1 }", "2:11", "write a field"),
        ("{ using a = b }", "2:3", "write `const`, and `try"),
        ("-a as T ** 2", "2:1", "write `(-a as T) ** …`"),
    ] {
        let error = error(code);
        assert!(
            error.starts_with(&format!("{place}: ")) && error.contains(&format!(" = {help}")),
            "{code}: {error}"
        );
    }
}

#[test]
fn what_a_fujsen_does_not_have_is_refused_with_the_alternative() {
    for (code, expected) in [
        (
            "const fs = require(\"fs\")",
            "2:12: a fujsen cannot use `require`: it is a module",
        ),
        (
            "f(process.env.HOME)",
            "2:3: a fujsen cannot use `process.env`: it sees no variables of this machine",
        ),
        (
            "process.exit(1)",
            "2:1: a fujsen cannot use `process.exit`: it is no process of its own",
        ),
        ("process.cwd()", "2:1: a fujsen cannot use `process`: "),
        ("Deno.env.get(\"A\")", "2:1: a fujsen cannot use `Deno.env`: "),
        ("Bun.serve({})", "2:1: a fujsen cannot use `Bun`: "),
        ("module.exports = {}", "2:1: a fujsen cannot use `module.exports`: "),
        ("crypto.subtle.digest()", "2:1: a fujsen cannot use `crypto.subtle`: "),
        ("new WebSocket(\"a\")", "2:5: a fujsen cannot use `WebSocket`: "),
        (
            "import fs from \"fs\"",
            "2:16: there is no module `fs` of Node.js here = keep values by `state`",
        ),
        (
            "import { readFile } from 'node:fs/promises'",
            "2:26: there is no module `node:fs/promises` of Node.js here",
        ),
        (
            "import _ from \"lodash\"",
            "2:15: there are no packages here: `lodash` = give the fujsen a project of its own",
        ),
        (
            "export * from \"https://a.b/c.js\"",
            "2:15: a text imports nothing from the network",
        ),
        (
            "import { a } from \"./b.js\"",
            "2:19: there is no text `./b.js` in this section = the texts of the section are \"./a_fujsen.js\"",
        ),
        (
            "import { a } from \"../x\"",
            "2:19: there is no text `../x` in this section",
        ),
        (
            "await import(\"./a_fujsen.js\")",
            "2:1: a text cannot `await` outside of its functions",
        ),
        (
            "export const f = () => import(\"x\")",
            "2:24: a text cannot import while it runs",
        ),
        (
            "if (a) await b",
            "2:8: a text cannot `await` outside of its functions = move it into an `async` function",
        ),
        ("export { nope }", "2:10: there is no `nope` at the top of this text"),
    ] {
        let errors = errors(code);
        assert!(errors[0].starts_with(expected), "{code}: {errors:#?}");
    }
    let two = scripts(&[
        (
            "a",
            "import { x, y as z, T } from \"./b.js\"\nimport d from \"./b.js\"\nexport { q } from \"./b.js\"; x(z, d)",
        ),
        ("b", "export const y = 1; export type T = 1;"),
    ]);
    let expected = [
        "2:10: `./b.js` exports no `x` = write `export` before `x` there",
        "3:8: `./b.js` has no default export = import its exports by their names: `import { name } from …`",
        "4:10: `./b.js` exports no `q` = write `export` before `q` there",
    ];
    assert_eq!(two.unwrap_err(), expected);
}

#[test]
fn a_name_that_the_text_has_itself_is_no_global() {
    for code in [
        "const process = { env: {} }; process.env",
        "function f(module) { return module.exports }",
        "import { window } from \"tusk\"; window",
        "if (typeof process !== \"undefined\") process.env",
        "a.process.env; ({ require: 1 }).require",
        "class Buffer {} new Buffer()",
        "type A = typeof process.env; let x: Buffer",
        "export async function f() { await g(); for await (const x of y); }",
    ] {
        one(code);
    }
}

#[test]
fn texts_that_lead_to_each_other_end() {
    let scripts = scripts(&[
        (
            "a",
            "export * from \"./b.js\"; export { x } from \"./b.js\"; import { y } from \"./b.js\"; y",
        ),
        (
            "b",
            "export * from \"./a.js\"; export { x } from \"./a.js\"; export { y } from \"./a.js\"",
        ),
    ]);
    assert_eq!(scripts.unwrap_err().len(), 4);
}

/// Runs what would overflow a small stack.
fn read_or_refuse(code: &str) -> Result<(), Vec<Diagnostic>> {
    let (module, _) = module(&[("a_fujsen", code)]);
    nesting::check(&module, &LEXIS)?;
    read(&module).map(drop)
}

#[test]
fn a_megabyte_of_anything_is_refused_in_its_place() {
    let size = 1 << 20;
    for piece in [
        "(",
        "[",
        "{",
        "a?",
        "!",
        "-",
        "- ",
        "~\n",
        "${",
        "`${",
        "f(",
        "x=>",
        "(x)=>",
        "async x=>",
        "if(a)",
        "if(a)\n",
        "else ",
        "do ",
        "for(;;)",
        "while(a)",
        "l:",
        "l:\n",
        "new ",
        "new\n",
        "typeof ",
        "await ",
        "yield ",
        "void\n",
        "a.",
        "a\n.",
        "a?.",
        "a[",
        "a+",
        "a+\n",
        "a,",
        "a=",
        "a**",
        "a||",
        "...",
        "[...",
        "{a:",
        "({a:",
        "class extends ",
        "class A{",
        "function(){",
        "a!",
        "a as b ",
        "a<",
        "A<A,",
        "f<T>(",
        "<T>",
        "<T,U>(x)=>",
        "x\\u{61}.",
        "{}+",
        "()=>{",
        "switch(a){case ",
        "try{",
        "case 1:",
        "1,",
        "/",
        "/(",
        "'",
        "\"\\\n",
        "/*",
        "//\n",
        "@a ",
        "#",
        "\\",
        "é",
        "\u{2028}",
        "import(",
        "if(a);else ",
        "if(a)b,c;else ",
        "a\n",
        "a;",
        "let a=",
        "\u{0}",
        "}",
        ")",
        "`",
        "${}",
        "=>",
        "<!--",
        "-->",
        "#!",
        "0",
        "1.",
        ".",
        "?.",
        "async(",
        "static{",
        "export ",
        "import ",
    ] {
        let code = piece.repeat(size / piece.len());
        // Whether it is refused, and by whom, is not the point.
        let _ = read_or_refuse(&code);
        let _ = read_or_refuse(&format!("type T = {code}"));
    }
    for piece in [
        "A<",
        "A<A<",
        "(",
        "[",
        "{a:",
        "keyof ",
        "A extends B?",
        "()=>",
        "(a:",
        "A[",
        "A|",
        "A&",
        "`${",
        "typeof a.",
        "new ()=>",
        "[K in ",
        "infer ",
    ] {
        let code = format!("let x: {}", piece.repeat(size / piece.len()));
        let _ = read_or_refuse(&code);
    }
}

#[test]
fn what_is_just_not_too_deep_is_read() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{};", open.repeat(times), close.repeat(times))
    };
    for code in [
        deep("!", "a", "", 1990),
        deep("a.b.", "c", "", 490),
        deep("f", "", "()", 1) + &deep("a", "", "()", 1),
        "f".to_owned() + &"()".repeat(900),
        "a".to_owned() + &"+b".repeat(900),
        "a".to_owned() + &" as b".repeat(900),
        "let x: A".to_owned() + &"[]".repeat(900),
        format!("let x: {}", "A<".repeat(600) + "B" + &">".repeat(600)),
        format!("let x: {}", "A extends B ? C : ".repeat(300) + "D"),
        deep("x => ", "1", "", 600),
        deep("if (a) ", "b", "", 900),
        deep("l: ", "b", "", 900),
        deep("if (a) b; else ", "c", "", 900),
        deep("a ? b : ", "c", "", 490),
        deep("a = ", "c", "", 900),
        deep("(", "a", ")", 120),
        deep("[", "", "]", 120),
        deep("x = {a: ", "1", "}", 120),
        deep("{", "", "}", 120),
        deep("f(function () { g(", "1", ") })", 30),
        deep("`${", "a", "}`", 120),
        deep("x = class extends (", "a", ") {}", 120),
        format!(
            "let a = {}1",
            "!".repeat(30).as_str().to_owned() + &"(!!!!!!!!!!".repeat(120)
        ) + &")".repeat(120),
    ] {
        if let Err(errors) = read_or_refuse(&code) {
            panic!("{}…: {errors:#?}", code.chars().take(60).collect::<String>());
        }
    }
}

#[test]
fn what_is_tried_twice_is_not_tried_for_ever() {
    for piece in [
        "f<(a=",
        "f<{[",
        "a?(b):{[",
        "f<(a=class extends f<",
        "(a={b:f<{[",
        "async<(a=",
        "x<`${",
        "f<[a=(",
        "a<(b<(",
    ] {
        let started = std::time::Instant::now();
        let _ = read_or_refuse(&piece.repeat(100));
        let _ = read_or_refuse(&piece.repeat(12));
        assert!(started.elapsed() < std::time::Duration::from_secs(5), "{piece}");
    }
}

fn language(code: &str) -> &'static str {
    guess(code).unwrap_or("in doubt")
}

struct Files<'a>(&'a str);

impl tsk::Environment for Files<'_> {
    fn read(&self, _path: &str) -> std::io::Result<Vec<u8>> {
        Ok(self.0.as_bytes().to_vec())
    }

    fn var(&self, _name: &str) -> Option<String> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

fn loaded(value: &str, file: &str) -> Option<&'static str> {
    let text = format!("[s]\na_fujsen = {value}\n");
    let config = tsk::load("service.tsk", &text, &Files(file), crate::options()).ok()?;
    let modules = crate::modules(&config).ok()?;
    Some(modules[0].language.name())
}

fn guess(code: &str) -> Option<&'static str> {
    loaded(&format!("'''\n{code}\n'''"), "")
}

#[test]
fn a_text_is_known_by_lines_that_only_its_language_has() {
    for code in [
        "export function f(a: number): string {\n  return \"\";\n}",
        "export async function f() {}",
        "export const f = (a) => a;",
        "export const f = async () => {\n};",
        "export function list() {\n  console.log(\"x\");\n}",
        "export function f(name) {\n  return name;\n}",
        "function plain(a, b) { return a; }",
        "/**\n * @param {string} name\n */\nexport function f(name) {}",
        "interface User {\n  id: number;\n}\nexport function f(a: User): User { return a; }",
        "export function f(): Record<string, string> {}",
        "import { sql } from \"tusk\";\nexport function f() { return 1; }",
        "export function f() {\n  const { a } = b;\n}",
        "export function f() {\n  for (const a of b) {\n  }\n}",
        "export function f() {\n  try {\n  } catch (e) {\n  }\n}",
        "export function f() {\n  throw new HttpError(400);\n}",
        "export function f(a: any) {}",
        "export function f() {\n  return JSON.stringify(a);\n}",
    ] {
        assert_eq!(language(code), "javascript", "{code}");
    }
    for code in [
        "export function f(a: i32): i32 {\n  return a;\n}",
        "export function f(): void {}",
        "export function f(): Json {\n  const a = 1;\n  return Json.object();\n}",
        "export function f(a: string): string { return a; }",
        "function f(a: i64): void {\n}",
        "class User {\n  id: i64 = 0;\n}\nexport function find(id: i64): User {\n}",
        "@inline\nfunction f(): void {}",
        "export class A {}\nimport { sql } from \"tusk-sdk\"",
    ] {
        assert_eq!(language(code), "assemblyscript", "{code}");
    }
    for code in [
        "#[fujsen]\nfn f(a: number) -> Value {\n    match a { Some(x) => y }\n}",
        "fn f() {\n    let p = Point { x: number, y: any };\n    foo(|n| number * 2).await;\n}",
        "use a;\nlet x = y(z) => 1;",
    ] {
        assert_eq!(language(code), "rust", "{code}");
    }
    assert_eq!(language("const a = 1;"), "in doubt");
    assert_eq!(
        loaded("'''\nasync def f(a):\n    b = await a\n    await b\n'''", ""),
        None,
        "nothing compiles Python"
    );
    assert_eq!(language("export function f() {\n  const a = await b\n}"), "javascript");
    assert_eq!(
        language("export function f(a: i32): i32 {\n  console.log(\"x\");\n}"),
        "in doubt"
    );
}

#[test]
fn info_words_and_endings_name_the_language() {
    for word in ["javascript", "js", "typescript", "ts", "TS", "mts"] {
        assert_eq!(
            loaded(&format!("'''{word}\nexport function f(): i32 {{}}\n'''"), ""),
            Some("javascript"),
            "{word}"
        );
    }
    for word in ["assemblyscript", "as"] {
        assert_eq!(
            loaded(&format!("'''{word}\nx\n'''"), ""),
            Some("assemblyscript"),
            "{word}"
        );
    }
    let file = |name: &str, code: &str| loaded(&format!("@file(\"{name}\")"), code);
    assert_eq!(file("a.js", "export function f(): i32 {}"), Some("javascript"));
    assert_eq!(file("a.mjs", "x"), Some("javascript"));
    assert_eq!(file("a.mts", "x"), Some("javascript"));
    assert_eq!(file("a.ts", "export function f(a: number) {}"), Some("javascript"));
    assert_eq!(
        file("a.ts", "export function f(a: i32): i32 {}"),
        Some("assemblyscript")
    );
    assert_eq!(file("a.ts", "export function f(): void {}"), Some("assemblyscript"));
    assert_eq!(file("a.ts", "x"), Some("assemblyscript"));
    assert_eq!(file("a.rs", "export function f(a: number) {}"), Some("rust"));
}

/// Comes to a memory of so many bytes, whatever it is given.
#[derive(Debug)]
struct Keeps(usize);

impl Evaluator for Keeps {
    fn evaluate(&self, _interpreter: &'static Interpreter, _input: &[u8]) -> Result<Evaluated, EvaluationError> {
        Ok(Evaluated {
            answer: b"{}".to_vec(),
            memory: vec![1; self.0],
        })
    }
}

#[test]
fn what_a_module_keeps_from_its_start_is_bounded() {
    let (module, _) = module(&[("f_fujsen", "export function f() {}")]);
    let scripts = read(&module).unwrap();
    assert!(image::build(&module, &scripts, &Keeps(limits::IMAGE)).is_ok());
    let refused = image::build(&module, &scripts, &Keeps(limits::IMAGE + (64 << 10))).unwrap_err();
    let [diagnostic] = &refused[..] else {
        panic!("{refused:?}")
    };
    assert!(diagnostic.message.contains("keeps 17 MiB"), "{}", diagnostic.message);
    assert!(diagnostic.help.is_some());
}

//! AssemblyScript modules, by the real Node.js and compiler.
#![allow(clippy::unwrap_used)]
mod support;

use std::{path::PathBuf, sync::OnceLock};

use fujsen::{Compiler, Component, Kind, ModuleSource, Text};
use support::assemblyscript;
use tsk::{Diagnostic, Source, SourceMap, Span};

/// One for all tests: the npm packages are installed once, and the compiler stays warm.
fn compiler() -> &'static Compiler {
    static COMPILER: OnceLock<Compiler> = OnceLock::new();
    COMPILER.get_or_init(|| Compiler::new(PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("assemblyscript-cache")))
}

/// A module whose texts stand in one file, each behind a line that names its key.
fn module(texts: &[(&str, &str)]) -> (ModuleSource, SourceMap) {
    let mut file_text = String::new();
    let mut places = Vec::new();
    for (key, text) in texts {
        file_text += &format!("{key} = '''assemblyscript\n");
        places.push(file_text.len());
        file_text += &format!("{text}'''\n");
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
                language: assemblyscript(),
                text: (*text).into(),
                span: span(start, start + text.len()),
            },
            key_span: span(start - 1, start),
        }
    });
    let module = ModuleSource {
        eval: false,
        section: "users".into(),
        language: assemblyscript(),
        texts: texts.collect(),
    };
    (module, sources)
}

fn compile(texts: &[(&str, &str)]) -> Result<Component, Vec<String>> {
    let (module, sources) = module(texts);
    let place =
        |diagnostic: &Diagnostic| format!("{}: {}", sources.locate(diagnostic.span.unwrap()), diagnostic.message);
    compiler()
        .compile(&module, &|step| eprintln!("{step}"))
        .map_err(|problems| problems.iter().map(place).collect())
}

fn errors(texts: &[(&str, &str)]) -> Vec<String> {
    compile(texts).map(|component| component.functions).unwrap_err()
}

#[test]
fn texts_of_a_section_become_one_component() {
    let component = compile(&[
        (
            "list_fujsen",
            "/** GET /users */\nexport function list(limit: i32 = 50, filter: string | null = null): User[] {\n  return [find(limit)];\n}\n",
        ),
        (
            "find_fujsen",
            "export class User { id: i64 = 0; name: string = \"\"; }\nexport function find(id: i64): User { const user = new User(); user.id = id; return user; }\n",
        ),
    ])
    .unwrap();
    let function = |name: &str| {
        component
            .functions
            .iter()
            .find(|function| function.name == name)
            .unwrap()
    };
    let (list, find) = (function("list"), function("find"));
    assert_eq!(component.functions.len(), 2);
    assert_eq!((list.name.as_str(), list.doc.as_deref()), ("list", Some("GET /users")));
    assert_eq!(
        (list.file.as_deref(), list.line, list.result.as_str()),
        (Some("list_fujsen.ts"), Some(2), "User[]")
    );
    let [limit, filter] = &list.params[..] else {
        panic!("{:?}", list.params)
    };
    assert_eq!(
        (limit.kind, limit.optional, limit.default.clone()),
        (Kind::Integer, true, Some(50.into()))
    );
    assert_eq!((limit.min, limit.max), (Some(i32::MIN.into()), Some(i32::MAX.into())));
    assert_eq!(
        (filter.kind, filter.optional, filter.source.as_str()),
        (Kind::Text, true, "string | null")
    );
    assert_eq!(
        (find.name.as_str(), find.params[0].kind, find.params[0].max),
        ("find", Kind::Integer, None)
    );
    assert!(component.wasm.len() < 100_000, "{} bytes", component.wasm.len());
}

#[test]
fn errors_stand_where_the_code_stands() {
    let found = errors(&[
        ("ok_fujsen", "export function ok(): i32 { return 1; }\n"),
        (
            "bad_fujsen",
            "// é😀\nexport function bad(a: i32): string {\n  const text = \"é😀\"; return nope + text;\n}\n",
        ),
    ]);
    assert_eq!(found, ["service.tsk:7:29: Cannot find name 'nope'. (TS2304)"]);
}

#[test]
fn every_error_is_reported_once() {
    let found = errors(&[
        ("a_fujsen", "export function a(user: Nobody): i32 {\n  return 1;\n}\n"),
        ("b_fujsen", "export function b(): i32 {\n  return \"x\";\n}\n"),
    ]);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(
        found
            .iter()
            .any(|error| error.starts_with("service.tsk:2:25: Cannot find name 'Nobody'")),
        "{found:#?}"
    );
    assert!(
        found.iter().any(|error| error.starts_with("service.tsk:8:10: Type '")),
        "{found:#?}"
    );
}

#[test]
fn a_syntax_error_is_placed() {
    let found = errors(&[("a_fujsen", "export function a(): i32 {\n  return (1;\n}\n")]);
    assert!(found[0].starts_with("service.tsk:3:"), "{found:#?}");
}

#[test]
fn what_the_host_does_not_have_is_refused_with_the_alternative() {
    let found = errors(&[(
        "a_fujsen",
        "export function a(): i64 {\n  console.log(\"x\");\n  process.exit(1);\n  return Date.now();\n}\n",
    )]);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(
        found
            .iter()
            .any(|error| error == "service.tsk:5:10: a fujsen cannot use Date.now: use time.now()"),
        "{found:#?}"
    );
}

#[test]
fn two_fujsens_of_one_name_are_refused() {
    let found = errors(&[
        ("a_fujsen", "export function x(): void {}"),
        ("b_fujsen", "export function x(): void {}"),
    ]);
    assert_eq!(
        found,
        ["service.tsk:4:17: there is another fujsen `x` in a_fujsen.ts: rename one"]
    );
}

#[test]
fn a_fujsen_cannot_take_a_function() {
    let found = errors(&[("a_fujsen", "export function x(f: () => void): void { f(); }")]);
    assert!(found.len() == 1 && found[0].contains("cannot take this"), "{found:#?}");
}

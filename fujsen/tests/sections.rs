//! Modules that were built elsewhere, with anything in them: taken, or refused with a reason.
#![allow(clippy::unwrap_used)]

#[path = "../../host/base/src/base/fuzz.rs"]
#[allow(unreachable_pub, reason = "it is that of another crate")]
mod fuzz;

use fujsen::Component;

/// What a core module needs besides its description.
const MODULE: &str = r#"(module
    (@custom "tusk:encoding" "utf16")
    (memory (export "memory") 1)
    (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) i32.const 1024)
    (func (export "call") (param i32 i32 i32 i32) (result i32) i32.const 16))"#;

const LINES: [&str; 9] = [
    r#"{"name":"a","params":[],"result":"()"}"#,
    r#"{"name":"b","doc":"says","file":"x.rs","line":7,"params":[{"name":"n","type":"integer","source":"i64","min":-1,"max":9}],"result":"i64"}"#,
    r#"{"name":"c","params":[{"name":"v","type":"json","source":"Vec<Value>","optional":true,"default":[1,{"a":null}]}],"result":"Value"}"#,
    r#"{"name":"d","params":[{"name":"r","type":"request","source":"Request"},{"name":"t","type":"text","source":"String"}]}"#,
    "{\"name\":\"a\",\"params\":[]}\n\n{\"name\":\"a\",\"params\":[]}\n",
    r#"{"name":"","params":[],"line":4294967296}"#,
    r#""boolean""#,
    r#""real""#,
    r#"[[[[[[]]]]]]"#,
];

/// A custom section in its binary form.
fn section(name: &str, content: &[u8]) -> Vec<u8> {
    let length = |mut length: usize| {
        let mut bytes = Vec::new();
        while length > 127 {
            bytes.push(128 | (length & 127) as u8);
            length >>= 7;
        }
        bytes.push(length as u8);
        bytes
    };
    let body = [&length(name.len())[..], name.as_bytes(), content].concat();
    [&[0][..], &length(body.len()), &body].concat()
}

fn any_section(executions: u64) {
    let core = wat::parse_str(MODULE).unwrap();
    fuzz::run("tusk:functions", executions, &LINES, |input| {
        let mut module = core.clone();
        for _ in 0..=input.below(3) {
            let name = match input.below(6) {
                0 => "tusk:encoding".to_owned(),
                1 => input.text(),
                _ => "tusk:functions".to_owned(),
            };
            module.extend(section(&name, &input.bytes()));
        }
        // A few are spoilt as a whole.
        if input.below(10) == 0 {
            let at = input.below(module.len());
            module[at] ^= 1 << input.below(8);
        }
        match Component::prebuilt(&module) {
            Ok(component) => assert!(!component.wasm.is_empty()),
            Err(refused) => assert!(!refused.to_string().is_empty()),
        }
    });
}

#[test]
fn any_section_is_read_or_refused() {
    any_section(fuzz::SHORT);
}

#[test]
#[ignore = "some minutes"]
fn endure_fuzz_sections() {
    any_section(fuzz::long());
}

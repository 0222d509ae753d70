//! What a text may not do while it compiles, tried with the real compilers.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::Path, sync::OnceLock};

use fujsen::{Compiler, Component};
use support::{File, assemblyscript, folder, rust, silent};
use tsk::{Diagnostic, Language};

const SECRET: &str = "secret_of_this_machine";

/// One for all tests: the SDK and the npm packages are made once.
fn compiler() -> &'static Compiler {
    static COMPILER: OnceLock<Compiler> = OnceLock::new();
    COMPILER.get_or_init(|| Compiler::new(folder("sandbox")))
}

fn compile(language: Language, section: &str, text: &str) -> Result<Component, (Vec<Diagnostic>, File)> {
    let file = File::new(&[("a_fujsen", text)]);
    let result = compiler().compile(&file.module(section, language), &silent);
    result.map_err(|errors| (errors, file))
}

/// The first error, with the line that it stands in.
#[track_caller]
fn refused(language: Language, section: &str, text: &str) -> (usize, String) {
    let Err((errors, file)) = compile(language, section, text) else {
        panic!("{text} compiles")
    };
    let all = format!("{errors:?}");
    assert!(!all.contains(SECRET), "{all}");
    let first = errors.first().unwrap();
    let line = file.sources.position(first.span.unwrap()).line;
    (line as usize, first.message.clone())
}

/// A file outside of every folder that a compiler may read, as an expression, an item and a text of AssemblyScript.
fn secrets() -> tempfile::TempDir {
    let folder = tempfile::Builder::new().prefix("elsewhere").tempdir_in("/tmp").unwrap();
    fs::write(folder.path().join("value.rs"), format!("\"{SECRET}\"")).unwrap();
    fs::write(
        folder.path().join("module.rs"),
        format!("pub const K: &str = \"{SECRET}\";"),
    )
    .unwrap();
    fs::write(folder.path().join("broken.rs"), format!("{SECRET} {SECRET}")).unwrap();
    fs::write(
        folder.path().join("script.ts"),
        format!("export const K: string = \"{SECRET}\";"),
    )
    .unwrap();
    folder
}

#[test]
fn rust_reads_no_file_whatever_it_calls_it() {
    let folder = secrets();
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (value, module, broken) = (at("value.rs"), at("module.rs"), at("broken.rs"));
    let up = format!("{}{}", "../".repeat(20), value.trim_start_matches('/'));
    let texts = [
        format!(
            "use core::{{include as inc}};\n#[fujsen]\nfn a() -> String {{ let k: &str = inc!(\"{value}\"); k.into() }}"
        ),
        format!(
            "use core::{{include as inc}};\n#[fujsen]\nfn a() -> String {{ let k: &str = inc!(\"{up}\"); k.into() }}"
        ),
        format!(
            "use core::{{include as inc}};\n#[fujsen]\nfn a() -> String {{ let k = inc!(\"{broken}\"); k.into() }}"
        ),
        format!(
            "macro_rules! m {{ ($a:ident) => {{ $a!(\"{value}\") }} }}\n#[fujsen]\nfn a() -> String {{ let k: &str = m!(include); k.into() }}"
        ),
        format!(
            "use core::{{include as inc}};\n#[fujsen]\nfn a() -> String {{ let k: &str = inc!(concat!(\"{value}\", \"\")); k.into() }}"
        ),
        format!("use std::include_str as inc;\n#[fujsen]\nfn a() -> String {{ inc!(\"{value}\").into() }}"),
        format!("use core::{{include_bytes as inc}};\n#[fujsen]\nfn a() -> usize {{ inc!(\"{value}\").len() }}"),
        format!("#[path = \"{module}\"] mod k;\n#[fujsen]\nfn a() -> String {{ k::K.into() }}"),
        format!("#[cfg_attr(all(), path = \"{module}\")] mod k;\n#[fujsen]\nfn a() -> String {{ k::K.into() }}"),
        format!(
            "macro_rules! m {{ ($a:ident) => {{ #[$a = \"{module}\"] mod k; }} }}\nm!(path);\n#[fujsen]\nfn a() -> String {{ k::K.into() }}"
        ),
        "use core::{include as inc};\n#[fujsen]\nfn a() { inc!(\"/proc/self/environ\"); }".to_owned(),
        "use core::{include as inc};\n#[fujsen]\nfn a() { inc!(\"/etc/passwd\"); }".to_owned(),
        // Libraries can be read, so that the compiler starts. What a text reads of them is refused all the same.
        "use core::{include as inc};\n#[fujsen]\nfn a() { inc!(\"/usr/lib/os-release\"); }".to_owned(),
    ];
    for (index, text) in texts.iter().enumerate() {
        let (line, message) = refused(rust(), &format!("files{index}"), text);
        assert!(
            message.contains("while it compiles") || message.contains("while compiling"),
            "{text}\n{message}"
        );
        assert!(line > 1, "{text}\nis placed at the key");
    }
}

#[test]
fn a_file_that_is_there_and_one_that_is_not_are_told_alike() {
    let folder = secrets();
    let message = |path: &Path| {
        let text = format!(
            "use core::{{include as inc}};\n#[fujsen]\nfn a() {{ inc!(\"{}\"); }}",
            path.display()
        );
        refused(rust(), "alike", &text).1.replace(path.to_str().unwrap(), "")
    };
    assert_eq!(
        message(&folder.path().join("value.rs")),
        message(&folder.path().join("none.rs"))
    );
}

#[test]
fn rust_sees_no_variable() {
    for (index, text) in [
        "#[fujsen]\nfn a() -> String { env!(\"HOME\").into() }",
        "use core::{env as e};\n#[fujsen]\nfn a() -> String { e!(\"HOME\").into() }",
        "use core::{env as e};\n#[fujsen]\nfn a() -> String { e!(\"PATH\").into() }",
        "use core::{option_env as e};\n#[fujsen]\nfn a() -> String { e!(\"TMPDIR\").unwrap_or_default().into() }",
        "macro_rules! m { ($a:ident) => { $a!(\"PATH\") } }\n#[fujsen]\nfn a() -> String { m!(option_env).unwrap_or_default().into() }",
    ]
    .iter()
    .enumerate()
    {
        let (line, message) = refused(rust(), &format!("variables{index}"), text);
        assert!(message.contains("variable") && line > 1, "{line} {message}");
    }
}

#[test]
fn what_an_earlier_text_left_is_not_there() {
    let good = "#[fujsen]\nfn a() -> i64 { 4 }";
    let file = File::new(&[
        ("first_fujsen", good),
        ("second_fujsen", "#[fujsen]\nfn b() -> i64 { 5 }"),
    ]);
    compiler().compile(&file.module("left", rust()), &silent).unwrap();
    let curious = "use core::{include as inc};\n#[fujsen]\nfn c() -> i64 { inc!(\"second_fujsen.rs\"); 1 }";
    let file = File::new(&[("first_fujsen", curious)]);
    let errors = compiler().compile(&file.module("left", rust()), &silent).unwrap_err();
    assert!(errors[0].message.contains("second_fujsen.rs"), "{errors:?}");
}

#[test]
fn assemblyscript_imports_no_file() {
    let folder = secrets();
    let path = folder.path().join("script").display().to_string();
    let up = "../".repeat(20) + path.trim_start_matches('/');
    let back = path.replace('/', "\\\\");
    for import in [
        path.clone(),
        up.clone(),
        format!("./node_modules/tusk-sdk/{up}"),
        format!(
            "./node_modules\\\\tusk-sdk\\\\{}{}",
            "..\\\\".repeat(20),
            back.trim_start_matches("\\\\")
        ),
        format!("tusk-sdk/{up}"),
        format!("~lib/{up}"),
    ] {
        let text = format!("import {{ K }} from \"{import}\";\nexport function a(): string {{ return K; }}\n");
        let (line, message) = refused(assemblyscript(), "imports", &text);
        // What the compiler looks for in its library has no place in the text.
        let is_of_library = import.starts_with("tusk-sdk/") || import.starts_with("~lib/");
        let has_place = line == 2 || is_of_library;
        assert!(has_place && message.contains("not found"), "{import}: {line} {message}");
    }
}

#[test]
fn bombs_are_stopped_and_the_next_text_compiles() {
    let rust = [
        "macro_rules! b { ($($t:tt)*) => { b!($($t)* $($t)*); } }\nb!(a);\n#[fujsen]\nfn a() {}",
        "static X: [u8; 1_500_000_000] = [1; 1_500_000_000];\n#[fujsen]\nfn a(n: usize) -> u8 { X[n] }",
    ];
    for (index, text) in rust.iter().enumerate() {
        let (_, message) = refused(support::rust(), &format!("bombs{index}"), text);
        assert!(message.contains("more than 1280 MiB of memory"), "{message}");
    }
    compile(support::rust(), "bombs0", "#[fujsen]\nfn a() -> i64 { 1 }")
        .map_err(|(errors, _)| errors)
        .unwrap();
    let script = "const D: usize = memory.data(2000000000);\nexport function a(): i32 { return load<u8>(D); }\n";
    let (_, message) = refused(assemblyscript(), "bombs", script);
    assert!(message.contains("more than 1280 MiB of memory"), "{message}");
    let script = "export function a(): i32 { return 1; }\n";
    compile(assemblyscript(), "bombs", script)
        .map_err(|(errors, _)| errors)
        .unwrap();
}

#[test]
fn deep_nesting_is_refused_at_its_place() {
    for (open, close) in [("(", ")"), ("{", "}"), ("[", "]"), ("!(", ")"), ("Some(", ")")] {
        let text = format!(
            "#[fujsen]\nfn a() {{ let x = {}1{}; }}",
            open.repeat(50_000),
            close.repeat(50_000)
        );
        assert_eq!(refused(rust(), "deep", &text).0, 3);
    }
    for prefix in ["!", "&", "-", "*", "return ", "1 + ", "|x: u8| ", "if x {} else "] {
        let text = format!("#[fujsen]\nfn a() {{ let x = {}{{}}; }}", prefix.repeat(50_000));
        assert_eq!(refused(rust(), "deep", &text).0, 3);
    }
    for (open, close) in [
        ("(", ")"),
        ("-", ""),
        ("1 + ", ""),
        ("[", "]"),
        ("W<", ">"),
        ("1 +\n", ""),
    ] {
        let text = format!(
            "export function a(): i32 {{\n  return {}1{};\n}}\n",
            open.repeat(50_000),
            close.repeat(50_000)
        );
        let (line, message) = refused(assemblyscript(), "deep", &text);
        assert!(line >= 3 && !message.contains("failed"), "{open}: {line} {message}");
    }
}

#[test]
fn what_overflows_the_compilers_own_stack_is_a_message() {
    let text = format!("#[fujsen]\nfn a() -> u64 {{\n{}1 }}", "return ".repeat(1900));
    let (line, message) = refused(rust(), "overflow", &text);
    assert!(
        line == 4 && message.contains("crashed on this text"),
        "{line} {message}"
    );
}

#[test]
fn a_module_does_not_call_the_host_while_it_starts() {
    let function = "export function a(): string { return x; }\n";
    for (start, name) in [
        ("const x: string = config.text(\"greeting\");\n", "config.text"),
        ("let x: string = \"a\" + time.now().toString();\n", "time.now"),
        (
            "function read(): string { return config.text(\"a\"); }\nconst x: string = read();\n",
            "config.text",
        ),
        (
            "class C { y: string = config.text(\"a\"); }\nconst x: string = new C().y;\n",
            "config.text",
        ),
        (
            "let x: string = \"\";\nif (x == \"\") { log.info(\"started\"); }\n",
            "log.info",
        ),
        (
            "class C { static y: string = config.text(\"a\"); }\nconst x: string = C.y;\n",
            "config.text",
        ),
    ] {
        let (_, message) = refused(assemblyscript(), "start", &format!("{start}{function}"));
        assert!(
            message.contains(name) && message.contains("while the module starts"),
            "{message}"
        );
    }
    let fine = "const read = (): string => config.text(\"a\");\nfunction other(): string { return config.text(\"b\"); }\n\
        const x: string = \"a\".repeat(3);\nconst m = new Map<string, i32>();\nexport function b(): string { return read() + other(); }\n";
    let compiled = compile(assemblyscript(), "start", &format!("{fine}{function}"));
    compiled.map_err(|(errors, _)| errors).unwrap();
}

#[test]
fn what_a_module_says_of_itself_is_bounded_and_escaped() {
    let module = |functions: &str| {
        let wat = b"\0asm\x01\0\0\0";
        let name = b"tusk:functions";
        let mut wasm = wat.to_vec();
        // Type and function `call`, which is all that is looked at before.
        wasm.extend(b"\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x08\x01\x04call\0\0\x0a\x04\x01\x02\0\x0b");
        let size = 1 + name.len() + functions.len();
        wasm.push(0);
        let mut rest = size;
        loop {
            let byte = (rest & 0x7f) as u8;
            rest >>= 7;
            wasm.push(if rest == 0 { byte } else { byte | 0x80 });
            if rest == 0 {
                break;
            }
        }
        wasm.push(name.len() as u8);
        wasm.extend(name);
        wasm.extend(functions.as_bytes());
        fujsen::Component::prebuilt(&wasm).unwrap_err().to_string()
    };
    let line = |name: &str| format!("{{\"name\":{},\"params\":[]}}\n", serde_json::to_string(name).unwrap());
    for name in ["a\u{1b}[31m", "a\nb", "a b", "", "\u{202e}a", &"a".repeat(129)] {
        let said = module(&line(name));
        assert!(said.contains("no name that can be used"), "{said}");
        assert!(
            !said.contains('\u{1b}') && !said.contains('\n') && said.len() < 2000,
            "{said}"
        );
    }
    assert!(
        module(&"x".repeat(2 << 20)).contains("at most"),
        "the section is bounded"
    );
}

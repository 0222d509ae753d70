//! `tests/cases/{ok,error}/NAME.tsk` beside what they give. `UPDATE_EXPECT=1 cargo test -p tsk` writes the expected files.

use std::{fs, path::Path};

use tsk::load;

use crate::{
    languages::options,
    support::{World, render, root, with_lenient},
};

#[test]
fn ok() {
    each("ok", |name, text| {
        match load(name, text, &World, with_lenient(name.starts_with("lenient"))) {
            Ok(config) => {
                let mut expected = vec![("json", format!("{:#}\n", config.to_json()))];
                let warnings = render(&config.warnings, &config.sources);
                if !warnings.is_empty() {
                    expected.push(("stderr", warnings));
                }
                expected
            }
            Err(failure) => panic!("{}", render(&failure.diagnostics, &failure.sources)),
        }
    });
}

#[test]
fn error() {
    each("error", |name, text| match load(name, text, &World, options()) {
        Ok(config) => panic!("{name} has no error: {:#}", config.to_json()),
        Err(failure) => {
            for diagnostic in &failure.diagnostics {
                assert!(diagnostic.help.is_some(), "{name}: {} says no remedy", diagnostic.code);
                let json = diagnostic.to_json(&failure.sources);
                assert_eq!(json["code"], diagnostic.code);
            }
            vec![("stderr", render(&failure.diagnostics, &failure.sources))]
        }
    });
}

fn each(folder: &str, run: impl Fn(&str, &str) -> Vec<(&'static str, String)>) {
    let folder = root().join("tests/cases").join(folder);
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    names.retain(|path| path.extension().is_some_and(|ending| ending == "tsk"));
    names.sort();
    assert!(!names.is_empty());
    for path in names {
        let text = fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_str().unwrap();
        for (ending, actual) in run(name, &text) {
            check(&path.with_extension(ending), &actual);
        }
    }
}

fn check(path: &Path, actual: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return;
    }
    let expected = fs::read_to_string(path).unwrap_or_default();
    assert!(
        expected == actual,
        "{} differs; UPDATE_EXPECT=1 writes it anew\n--- expected\n{expected}\n--- actual\n{actual}",
        path.display()
    );
}

//! The examples of GRAMMAR.md: a block marked `tsk` loads, one marked `tsk error=CODE` has that error and no other.

use std::fs;

use crate::{
    languages::options,
    support::{World, render, root},
};

#[test]
fn examples() {
    let text = fs::read_to_string(root().join("GRAMMAR.md")).unwrap();
    let mut count = 0;
    for (at, block) in text.split("\n````").enumerate().filter(|(at, _)| at % 2 == 1) {
        let (info, code) = block.split_once('\n').unwrap();
        let Some(rest) = info.strip_prefix("tsk") else { continue };
        count += 1;
        let result = tsk::load("example.tsk", &format!("{code}\n"), &World, options());
        match (rest.trim().strip_prefix("error="), result) {
            (None, Ok(_)) => {}
            (None, Err(failure)) => panic!(
                "block {at}:\n{code}\n{}",
                render(&failure.diagnostics, &failure.sources)
            ),
            (Some(wanted), Ok(_)) => panic!("block {at} has no error {wanted}:\n{code}"),
            (Some(wanted), Err(failure)) => {
                for diagnostic in failure.diagnostics.iter().filter(|d| d.is_error()) {
                    let shown = diagnostic.render(&failure.sources, false);
                    assert_eq!(diagnostic.code, wanted, "block {at}:\n{code}\n{shown}");
                }
            }
        }
    }
    assert!(count > 30, "{count} examples were found");
}

/// A code is there to be searched for.
#[test]
fn every_code_is_explained() {
    let text = fs::read_to_string(root().join("GRAMMAR.md")).unwrap();
    let mut folders = vec![root().join("src")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            for call in ["Diagnostic::error(", "Diagnostic::warning("] {
                for (at, _) in source.match_indices(call) {
                    let Some(quoted) = source[at + call.len()..].trim_start().strip_prefix('"') else {
                        continue;
                    };
                    let code = quoted.split('"').next().unwrap();
                    count += 1;
                    let explained = [format!("`{code}`"), format!("error={code}\n")]
                        .iter()
                        .any(|place| text.contains(place.as_str()));
                    assert!(explained, "{}: {code}", path.display());
                }
            }
        }
    }
    assert!(count > 60, "{count} codes were found");
}

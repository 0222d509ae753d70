//! The page that compares diagnostics shows what is printed now. `UPDATE_EXPECT=1 cargo test -p tsk` writes it anew.

use std::fs;

use crate::support::{load, render, root};

/// Behind each block marked `tsk` stands one marked `text`, with what its text gives.
#[test]
fn the_page_shows_what_is_printed() {
    let path = root().join("DIAGNOSTICS.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut parts: Vec<String> = text.split("\n````").map(str::to_owned).collect();
    let mut count = 0;
    for at in 0..parts.len() {
        let Some(code) = parts[at].strip_prefix("tsk\n") else {
            continue;
        };
        count += 1;
        let code = format!("{code}\n");
        let shown = match load(&code) {
            Ok(config) => render(&config.warnings, &config.sources),
            Err(failure) => render(&failure.diagnostics, &failure.sources),
        };
        assert!(parts[at + 2].starts_with("text"), "block {at}");
        parts[at + 2] = format!("text\n{}", shown.trim_end());
    }
    assert_eq!(count, 6);
    let actual = parts.join("\n````");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, actual).unwrap();
        return;
    }
    assert_eq!(actual, text, "UPDATE_EXPECT=1 writes it anew");
}

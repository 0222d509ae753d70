//! The example's walk-through, line by line as its page prints it.

use super::system::System;
use crate::harness::{Redis, eventually, root};

/// The README's console lines, each with the answer under it.
#[tokio::test]
async fn the_walk_through_answers_as_it_says() {
    walk_through(System::start().await).await;
}

/// The same file with the queue on a server gives the same answers.
#[tokio::test]
async fn the_walk_through_answers_the_same_with_the_queue_on_redis() {
    let redis = Redis::start();
    walk_through(System::start_with(&[("MESSAGE_QUEUE", redis.url())]).await).await;
}

async fn walk_through(system: System) {
    let readme = std::fs::read_to_string(root().join("examples/microservices/README.md")).unwrap();
    let (_, rest) = readme.split_once("```console\n").unwrap();
    let (block, _) = rest.split_once("\n```\n").unwrap();
    let mut lines = block.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut count = 0;
    while let Some(line) = lines.next() {
        let (command, expected) = (line.strip_prefix("$ curl ").unwrap(), lines.next().unwrap());
        let command = format!("curl --silent --max-time 20 {}", system.on_its_ports(command));
        let ask = || {
            let output = std::process::Command::new("sh")
                .args(["-c", &command])
                .output()
                .unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let expected = system.on_its_ports(expected);
        // What only looks may look again: registration and events take their time.
        if command.contains("-X") || command.contains("--json") {
            let answer = ask();
            assert!(
                is_like(&answer, &expected),
                "{command}\n{answer}\ninstead of\n{expected}"
            );
        } else {
            let found = || {
                let is_there = is_like(&ask(), &expected);
                async move { is_there.then_some(()) }
            };
            eventually(&command, found).await;
        }
        count += 1;
    }
    assert!(count >= 10, "{count} lines were found");
}

/// Whether a text has all parts of a pattern, in which `…` stands for anything, in their order.
fn is_like(text: &str, pattern: &str) -> bool {
    let mut rest = text.trim_end();
    for (index, part) in pattern.split('…').enumerate() {
        match rest.find(part) {
            Some(at) if index > 0 || at == 0 => rest = &rest[at + part.len()..],
            _ => return false,
        }
    }
    rest.is_empty()
}

/// Each row of the README's table: the function is in the file, in the language, and the test exists.
#[test]
fn the_table_of_functions_is_true() {
    let folder = root().join("examples/microservices");
    let read =
        |path: &std::path::Path| std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let readme = read(&folder.join("README.md"));
    let rows: Vec<Vec<&str>> = readme
        .lines()
        .filter(|line| line.starts_with("| `") && line.contains("::"))
        .map(|line| line.split('|').map(|cell| cell.trim().trim_matches('`')).collect())
        .collect();
    assert_eq!(rows.len(), 21, "one of the page's 21 functions is missing");
    for row in rows {
        let [_, function, file, language, test, _] = row[..] else {
            panic!("{row:?}")
        };
        let text = read(&folder.join(file));
        let definition = match language {
            "Rust" => format!("#[fujsen]\nfn {function}("),
            _ => format!("export function {function}("),
        };
        assert!(text.contains(&definition), "{file} has no `{definition}`");
        let (module, test) = test.split_once("::").unwrap();
        let cases = read(&root().join(format!("tests/cases/microservices/{module}.rs")));
        assert!(
            cases.contains(&format!("#[tokio::test]\nasync fn {test}()")),
            "there is no test {module}::{test}"
        );
    }
}

//! `check` says what a start would say about the databases, and changes nothing.

use std::{fs, path::Path, process::Command};

use crate::harness::{Folder, Postgres, tusk, tusk_with};

fn service(database: &str) -> Folder {
    Folder::new(&format!(
        "[service]\nname: \"checked\"\n[databases]\nmain: {database}\n[x]\nf_fujsen = '''rust\n#[fujsen]\nfn f() {{}}\n'''\n\
         [routes]\n\"GET /\": x.f\n"
    ))
}

fn sqlite(folder: &Path, sql: &str) {
    let output = Command::new("sqlite3")
        .arg("main.db")
        .arg(sql)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The files beside the service, with what is in them.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| (path.display().to_string(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn a_setup_is_tried_on_a_copy() {
    let setup = |sql: &str| format!("{{ url: \"sqlite:main.db\", setup: \"{sql}\" }}");
    // Without a file, on nothing.
    for (sql, says) in [
        ("CREATE TABLE IF NOT EXISTS t (id INTEGER)", None),
        ("CREATE TABEL t (id)", Some("near \\\"TABEL\\\"")),
        ("ATTACH 'x.db' AS x", Some("ATTACH")),
    ] {
        let folder = service(&setup(sql));
        let output = tusk(folder.path(), &["check", "service.tsk"]);
        let says = says.map(|says| says.replace('\\', ""));
        match &says {
            None => assert_eq!(output.code, Some(0), "{output:?}"),
            Some(says) => {
                assert_ne!(output.code, Some(0), "{sql}: {output:?}");
                let printed = format!("{}{}", output.stdout, output.stderr);
                assert!(
                    printed.contains("the setup of the database `main` fails") && printed.contains(says),
                    "{printed}"
                );
                assert!(printed.contains("service.tsk:4"), "{printed}");
            }
        }
        assert_eq!(files(folder.path()).len(), 1, "{sql}: nothing was made");
    }
    // On what is there: the same setup that is right for a new database is wrong for this one, and the other way round.
    for (sql, passes) in [
        ("ALTER TABLE t ADD COLUMN name TEXT", true),
        ("ALTER TABLE t ADD COLUMN id INTEGER", false),
        ("CREATE UNIQUE INDEX one ON t (id)", false),
        ("CREATE TABLE t (id)", false),
    ] {
        let folder = service(&setup(sql));
        sqlite(
            folder.path(),
            "PRAGMA journal_mode = WAL; CREATE TABLE t (id INTEGER); INSERT INTO t VALUES (1), (1)",
        );
        let before = files(folder.path());
        let output = tusk(folder.path(), &["check", "service.tsk"]);
        assert_eq!(output.code == Some(0), passes, "{sql}: {output:?}");
        assert_eq!(files(folder.path()), before, "{sql}");
        let json = tusk(folder.path(), &["check", "service.tsk", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        assert_eq!(json["ok"], passes, "{sql}: {json}");
    }
}

#[test]
fn places_are_tried_too() {
    for (database, says) in [
        ("\"sqlite:missing/main.db\"", "mkdir -p"),
        ("\"sqlite:text.db\"", "is no SQLite database"),
        ("\"sqlite:folder.db\"", "is a folder"),
    ] {
        let folder = service(database);
        fs::write(folder.file("text.db"), "no database at all ".repeat(100)).unwrap();
        fs::create_dir(folder.file("folder.db")).unwrap();
        let output = tusk(folder.path(), &["check", "service.tsk"]);
        let printed = format!("{}{}", output.stdout, output.stderr);
        assert!(
            output.code != Some(0) && printed.contains(says),
            "{database}: {printed}"
        );
    }
    let folder = service("\"sqlite:main.db\"");
    std::os::unix::fs::symlink("/tmp", folder.file(".tusk")).unwrap();
    let text = fs::read_to_string(folder.file("service.tsk")).unwrap();
    folder.write("service.tsk", &format!("{text}[schedules]\n\"every 1h\": x.f\n"));
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert!(
        output.code != Some(0) && output.stderr.contains("is a symbolic link"),
        "{output:?}"
    );
}

#[test]
fn a_database_in_use_is_read_beside_its_service() {
    let folder = service("{ url: \"sqlite:main.db\", setup: \"ALTER TABLE t ADD COLUMN name TEXT\" }");
    sqlite(folder.path(), "PRAGMA journal_mode = WAL; CREATE TABLE u (id INTEGER)");
    let file = folder.file("main.db");
    let mut other = Command::new("sqlite3")
        .arg(&file)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = other.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"CREATE TABLE t (id INTEGER);\nSELECT 'there';\n").unwrap();
    let mut line = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(other.stdout.take().unwrap()), &mut line).unwrap();
    // The table is only in what was written ahead.
    let output = tusk(folder.path(), &["check", "service.tsk"]);
    assert_eq!(output.code, Some(0), "{output:?}");
    drop(input);
    other.wait().unwrap();
}

#[test]
fn on_postgresql_a_setup_is_tried_and_taken_back() {
    let server = Postgres::start();
    let url = server.url();
    for (sql, passes) in [
        ("CREATE TABLE made (id INT)", true),
        ("CREATE TABEL made (id INT)", false),
    ] {
        let folder = service(&format!("{{ url: @env(\"DB\"), setup: \"{sql}\" }}"));
        let output = tusk_with(folder.path(), &["check", "service.tsk"], &[("DB", &url)]);
        assert_eq!(output.code == Some(0), passes, "{sql}: {output:?}");
    }
    let folder = service("{ url: @env(\"DB\"), setup: \"CREATE TABLE made (id INT)\" }");
    let output = tusk_with(folder.path(), &["check", "service.tsk"], &[("DB", &url)]);
    assert_eq!(output.code, Some(0), "it was not made before: {output:?}");
    let nobody = "postgres://app:geheim@127.0.0.1:1/app";
    let output = tusk_with(folder.path(), &["check", "service.tsk"], &[("DB", nobody)]);
    let printed = format!("{}{}", output.stdout, output.stderr);
    assert!(output.code == Some(0) && printed.contains("was not tried"), "{printed}");
    assert!(!printed.contains("geheim"), "{printed}");
}

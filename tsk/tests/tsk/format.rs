//! `format` changes no value, keeps comments, and gives its own output again.

use std::{fs, path::Path};

use tsk::{format, load, to_string};

use crate::support::{World, render, root, with_lenient};

fn formatted(text: &str) -> String {
    match format(text) {
        Ok(text) => text,
        Err(failure) => panic!("{}", render(&failure.diagnostics, &failure.sources)),
    }
}

#[test]
fn every_case_keeps_its_values() {
    let mut paths = Vec::new();
    for folder in [
        root().join("tests/cases/ok"),
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/seed").into(),
    ] {
        if Path::new(&folder).is_dir() {
            paths.extend(fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    for path in paths {
        if path.extension().is_none_or(|ending| ending != "tsk") {
            continue;
        }
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let once = formatted(&text);
        assert_eq!(once, formatted(&once), "{name}");
        let comments = |text: &str| text.matches('#').count();
        assert_eq!(comments(&once), comments(&text), "{name}");
        let options = with_lenient(name.starts_with("lenient"));
        let values = |text: &str| to_string(&load(&name, text, &World, options).unwrap());
        assert_eq!(values(&once), values(&text), "{name}:\n{once}");
    }
}

#[test]
fn one_style() {
    let text = "\u{FEFF}\n\n# top\nname:\"x\"   \r\n  port  =  80 # kept\n\n\n\n[a]\n  list: [\n 1,\n      {x:1,\n y :  [2,\n3]}\n   ]\n# of b\n  b  {\n x:1\n      c>\n  z: 1\n  # in c\n  <\n  }\nd :\n  - one\n  -   two: 2\n      three:3\n  # of e\n  e:\n    f: '''\n  kept  \n   ''' \ng: @query(\"\n  SELECT 1  \n\",\n1)\n\n";
    // The wrong indentation of `e` makes it no part of the list.
    let expected = "# top\nname: \"x\"\nport = 80 # kept\n\n[a]\nlist: [\n    1,\n    {x: 1,\n        y: [2,\n            3]}\n]\n# of b\nb {\n    x: 1\n    c >\n        z: 1\n        # in c\n    <\n}\nd:\n    - one\n    - two: 2\n      three: 3\n# of e\ne:\n    f: '''\n  kept  \n   '''\ng: @query(\"\n  SELECT 1  \n\",\n    1)\n";
    assert_eq!(formatted(text), expected, "{}", formatted(text));
}

#[test]
fn a_comment_stays_with_its_block() {
    let text = "a:\n  b: 1\n  c:\n      d: 2\n      # of c\n  # of a\n# of e\ne:\n  - f: 3\n    g: 4\n    # of f\n  # of e\nh {\n  i:\n    j: 5\n    # of i\n  # of h\n}\nk >\n  l:\n    m: 6\n    # of l\n  # of k\n<\nn:\n  o: 7\n  # of n\n";
    let expected = "a:\n    b: 1\n    c:\n        d: 2\n        # of c\n    # of a\n# of e\ne:\n    - f: 3\n      g: 4\n      # of f\n    # of e\nh {\n    i:\n        j: 5\n        # of i\n    # of h\n}\nk >\n    l:\n        m: 6\n        # of l\n    # of k\n<\nn:\n    o: 7\n    # of n\n";
    assert_eq!(formatted(text), expected, "{}", formatted(text));
    assert_eq!(formatted(expected), expected);
}

#[test]
fn plain_text_stays_as_it_is() {
    for text in [
        "path: /users/{id:1}  and {b:2}\n",
        "cron: 0 */5 * * *\n",
        "a: \"\"\n",
        "",
        "code_fujsen = '''rust\nfn a() {  }   \n\n\n'''\n",
        "handler: x\n\ntext: \"\"\"\n\n\n  a  \n\"\"\"\n",
    ] {
        assert_eq!(formatted(text), text);
    }
}

#[test]
fn lines_end_as_the_first_does() {
    let texts = [
        "[a]\nb   =  1  \n\n\n  c: 2\ntext: \"\"\"\n x  \n\"\"\"\nd: [\n1\n]\n\n",
        "# a comment\nb: 1\n",
        "\n\nb: '''one\ntwo'''\nc: 1",
    ];
    for text in texts {
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(formatted(&crlf), formatted(text).replace('\n', "\r\n"), "{text:?}");
    }
    assert_eq!(formatted("a: 1\r\nb: 2\nc: 3\n"), "a: 1\r\nb: 2\r\nc: 3\r\n");
    assert_eq!(formatted("a: 1\nb: 2\r\n"), "a: 1\nb: 2\n");
    // The ends of its lines are part of a text, as its spaces are.
    assert_eq!(formatted("a: '''x\ny\r\n'''\r\nb: 2"), "a: '''x\ny\r\n'''\r\nb: 2\r\n");
}

#[test]
fn wrong_syntax_is_reported() {
    let failure = format("a: [1\nb 2\n").unwrap_err();
    let codes: Vec<_> = failure.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["unclosed-bracket"]);
    // What only an evaluation can tell is no matter of style.
    assert_eq!(formatted("a: @env(\"NOT_SET\") \n"), "a: @env(\"NOT_SET\")\n");
}

#[test]
fn one_byte_order_mark_is_left_out_and_a_second_is_an_error() {
    assert_eq!(tsk::format("\u{FEFF}a: 1\n").ok().as_deref(), Some("a: 1\n"));
    for text in ["\u{FEFF}\u{FEFF} ", "\u{FEFF}\u{FEFF}a: 1\n"] {
        let diagnostics = tsk::format(text).err().map(|failure| failure.diagnostics);
        assert!(
            diagnostics.is_some_and(|all| all.iter().any(tsk::Diagnostic::is_error)),
            "{text:?}"
        );
    }
}

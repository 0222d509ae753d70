//! Files of statements that are mostly right: what loads is printed, and reads back to the same.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use tsk::load;

#[path = "world.rs"]
mod world;

const NAMES: [&str; 8] = ["a", "b", "c", "s", "a.b", "s.a", "s.y", "x"];
const ATOMS: [&str; 32] = [
    "1",
    "0",
    "-1",
    "2.5",
    "9223372036854775807",
    "true",
    "false",
    "null",
    "\"text\"",
    "'it'",
    "\"${a} ${b + 1}\"",
    "\"\\u00e9\\n\"",
    "'''raw\n'''",
    "8000-9000",
    "30s",
    "two words",
    "$a",
    "$b",
    "@env(\"A\")",
    "@env(\"N\", 1)",
    "@env.A",
    "@env.secure(\"A\")",
    "@date(\"Y-m-d\")",
    "@file(\"c.rs\")",
    "@a.tsk.get(\"s.y\")",
    "@import(\"a.tsk\")",
    "@query(\"q\", a)",
    "@cache(\"5m\", b)",
    "@wasm(\"m.wasm\")",
    "@nothing(1)",
    "\"\"",
    "\"${X:-d}\"",
];
const OPERATORS: [&str; 13] = [
    " + ", " - ", " * ", " / ", " % ", " == ", " != ", " < ", " >= ", " && ", " || ", "-", " ",
];

#[derive(Debug)]
struct File(String);

impl<'a> Arbitrary<'a> for File {
    fn arbitrary(input: &mut Unstructured<'a>) -> Result<Self> {
        let mut out = String::new();
        for _ in 0..input.int_in_range(1..=16)? {
            statement(input, &mut out, 0)?;
        }
        Ok(Self(out))
    }
}

fn statement(input: &mut Unstructured<'_>, out: &mut String, depth: usize) -> Result<()> {
    let name = *input.choose(&NAMES)?;
    match input.int_in_range(0..=11)? {
        0 => *out += &format!("[{name}]\n"),
        1 => *out += &format!("${name}: "),
        2 => *out += "@include \"b.tsk\"\n",
        3 => *out += &format!("{name}_fujsen = '''rust\nfn {depth}() {{}}\n'''\n"),
        4 if depth < 4 => {
            *out += &format!("{name} >\n");
            statement(input, out, depth + 1)?;
            *out += "<\n";
        }
        5 if depth < 4 => {
            let pad = " ".repeat(depth + 1);
            *out += &format!("{name}:\n{pad}");
            statement(input, out, depth + 1)?;
            *out += &format!("{pad}- ");
            statement(input, out, depth + 1)?;
        }
        _ => {
            *out += &format!("{name}: ");
            value(input, out, depth)?;
            *out += "\n";
        }
    }
    Ok(())
}

fn value(input: &mut Unstructured<'_>, out: &mut String, depth: usize) -> Result<()> {
    match input.int_in_range(0..=9)? {
        0 if depth < 5 => {
            *out += "[";
            for _ in 0..input.int_in_range(0..=3)? {
                value(input, out, depth + 1)?;
                *out += ", ";
            }
            *out += "]";
        }
        1 if depth < 5 => {
            *out += "{ ";
            for _ in 0..input.int_in_range(0..=3)? {
                statement(input, out, depth + 1)?;
            }
            *out += " }";
        }
        2 if depth < 5 => {
            *out += "(";
            value(input, out, depth + 1)?;
            *out += ")";
        }
        3 if depth < 5 => {
            value(input, out, depth + 1)?;
            *out += " ? ";
            value(input, out, depth + 1)?;
            *out += " : ";
            value(input, out, depth + 1)?;
        }
        4..=6 if depth < 5 => {
            value(input, out, depth + 1)?;
            *out += *input.choose(&OPERATORS)?;
            value(input, out, depth + 1)?;
        }
        7 => *out += *input.choose(&NAMES)?,
        _ => *out += *input.choose(&ATOMS)?,
    }
    Ok(())
}

fuzz_target!(|file: File| {
    let Ok(config) = load("service.tsk", &file.0, &world::World, world::languages::options()) else {
        return;
    };
    let printed = tsk::to_string(&config);
    let again = match load("service.tsk", &printed, &world::World, world::languages::options()) {
        Ok(again) => again,
        Err(failure) => panic!(
            "{}\n{printed}\n{}",
            file.0,
            failure.diagnostics[0].render(&failure.sources, false)
        ),
    };
    assert_eq!(printed, tsk::to_string(&again));
});

//! Any bytes and any row of tokens: a value or diagnostics, never a panic.

use proptest::prelude::*;
use tsk::{format, load, to_string};

use crate::{
    languages::options,
    support::{World, with_lenient},
};

const TOKENS: [&str; 60] = [
    "a",
    "b.c",
    "key: ",
    "x = ",
    "$g: ",
    "$g",
    "[",
    "]",
    "[s]\n",
    "{",
    "}",
    "(",
    ")",
    ",",
    ":",
    "=",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "#",
    "// ",
    ";",
    ">",
    "<",
    " >\n",
    "\n<\n",
    "\"",
    "'",
    "'''",
    "\"\"\"",
    "\"t\"",
    "\"${a}\"",
    "${",
    "\\",
    "\\u00",
    "1",
    "-2",
    "3.5e9",
    "8000-9000",
    "true",
    "null",
    " + ",
    " - ",
    " * ",
    "/",
    "%",
    " == ",
    " && ",
    " || ",
    " ? ",
    " : ",
    "!",
    "@env(\"X\", 1)",
    "@query(",
    "@include \"other.tsk\"",
    "@x.y",
    "php(",
    "<<<END",
    "a_fujsen = '''rust\n",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    for lenient in [false, true] {
        match load("service.tsk", text, &World, with_lenient(lenient)) {
            Ok(config) => {
                let printed = to_string(&config);
                config.to_json();
                if !lenient {
                    let again = load("service.tsk", &printed, &World, options());
                    prop_assert!(again.is_ok(), "{}\n{}", text, printed);
                    prop_assert_eq!(to_string(&again.unwrap()), printed);
                }
            }
            Err(failure) => {
                prop_assert!(failure.diagnostics.iter().any(tsk::Diagnostic::is_error));
                for diagnostic in &failure.diagnostics {
                    diagnostic.render(&failure.sources, false);
                }
            }
        }
    }
    if let Ok(once) = format(text) {
        prop_assert_eq!(format(&once).ok(), Some(once));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(1500), ..ProptestConfig::default() })]

    #[test]
    fn any_text(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn any_row_of_tokens(tokens in prop::collection::vec(prop::sample::select(TOKENS.to_vec()), 0..40)) {
        check(&tokens.concat())?;
    }
}

//! The languages of fujsens, and how files that hold them are read.

use std::sync::LazyLock;

use crate::{assemblyscript, javascript, language::Language, python, rust};

/// Every language that is known, a line each, likeliest first.
#[rustfmt::skip]
pub static LANGUAGES: &[&Language] = &[
    &rust::LANGUAGE,
    &assemblyscript::LANGUAGE,
    &javascript::LANGUAGE,
    &python::LANGUAGE,
];

/// How a TSK file is read: with code in these languages.
pub fn options() -> tsk::Options {
    static KNOWN: LazyLock<Vec<tsk::Language>> =
        LazyLock::new(|| LANGUAGES.iter().map(|language| language.known).collect());
    tsk::Options {
        languages: &KNOWN,
        ..tsk::Options::default()
    }
}

/// What is known of a language.
pub(crate) fn of(known: tsk::Language) -> Option<&'static Language> {
    LANGUAGES.iter().find(|language| language.known == known).copied()
}

/// The names of those that can be compiled, such as "`rust` or `assemblyscript`".
pub(crate) fn compiled() -> String {
    let compiled = LANGUAGES.iter().filter(|language| language.compiled.is_some());
    let names: Vec<_> = compiled.map(|language| format!("`{}`", language.name())).collect();
    match names.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => names.concat(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_languages_share_a_name_or_claim_a_line() {
        let names: HashSet<_> = LANGUAGES.iter().map(|language| language.name()).collect();
        assert_eq!(names.len(), LANGUAGES.len());
        let lines = [
            "fn a() {",
            "pub(crate) fn a() {",
            "#[fujsen]",
            "export function a(): void {",
            "function a(b: i32): i32 {",
            "export function a(b: number): void {",
            "const f = (a) => a;",
            "def a():",
            "class A(B):  # C",
            "import os",
        ];
        for line in lines {
            let have = |sign| {
                LANGUAGES
                    .iter()
                    .filter(move |language| language.known.sign(line) == Some(sign))
            };
            let (own, likely) = (have(tsk::Sign::Own).count(), have(tsk::Sign::Likely).count());
            assert!(own == 1 || (own == 0 && likely == 1), "{line}");
        }
    }

    #[test]
    fn every_template_is_recognized_as_its_language() {
        for language in LANGUAGES {
            for (word, template) in language.templates() {
                let text = template.replace(&format!("'''{word}"), "'''");
                let config =
                    tsk::load("service.tsk", &text, &Nowhere, options()).map_err(|failure| failure.to_string());
                let modules = crate::modules(&config.unwrap_or_else(|failure| panic!("{failure}"))).unwrap_or_default();
                assert_eq!(modules.len(), 1);
                assert_eq!(modules[0].language, language.known, "{word}");
            }
        }
    }

    struct Nowhere;

    impl tsk::Environment for Nowhere {
        fn read(&self, _path: &str) -> std::io::Result<Vec<u8>> {
            Err(std::io::ErrorKind::NotFound.into())
        }

        fn var(&self, _name: &str) -> Option<String> {
            None
        }

        fn now(&self) -> jiff::Zoned {
            jiff::Zoned::now()
        }
    }
}

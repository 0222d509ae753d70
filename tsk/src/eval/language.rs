//! Which language a text of code is in.

use crate::language::{Language, Sign};

pub(super) enum Guess {
    Sure(Language),
    /// What it may be, likeliest first.
    Doubt(Vec<Language>),
}

/// Reads the language off the lines that begin something.
pub(super) fn guess(languages: &[Language], code: &str) -> Guess {
    let mut sure: Vec<Language> = Vec::new();
    let mut likely: Vec<Language> = Vec::new();
    let mut maybe: Vec<Language> = Vec::new();
    for line in code.lines().map(str::trim) {
        let of = |sign: Sign| {
            languages
                .iter()
                .filter(move |language| language.sign(line) == Some(sign))
        };
        match of(Sign::Own).next() {
            Some(language) => note(&mut sure, *language),
            None => {
                of(Sign::Likely).for_each(|language| note(&mut likely, *language));
                of(Sign::Likely)
                    .chain(of(Sign::Shared))
                    .for_each(|language| note(&mut maybe, *language));
            }
        }
    }
    match (sure.as_slice(), likely.as_slice()) {
        // What languages share is of the one that is there, unless it has no such lines.
        ([language], _) | ([], [language]) if maybe.is_empty() || maybe.contains(language) => Guess::Sure(*language),
        ([], _) => Guess::Doubt(maybe),
        _ => {
            likely.iter().for_each(|language| note(&mut sure, *language));
            Guess::Doubt(sure)
        }
    }
}

fn note(found: &mut Vec<Language>, language: Language) {
    if !found.contains(&language) {
        found.push(language);
    }
}

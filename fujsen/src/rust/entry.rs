//! The crate root that holds a module's texts together.
mod scan;

use std::{collections::HashMap, fmt::Write, ops::Range};

use tsk::{Diagnostic, Span};

use crate::{ModuleSource, Text, rust::entry::scan::scan};

/// What is handed to the compiler.
#[derive(Debug)]
pub(super) struct Entry {
    /// The root's source.
    pub(super) root: String,
    /// The file names of the texts, in their order.
    pub(super) files: Vec<String>,
    /// Texts that could not be read here: the compiler says why better. Their fujsens are unknown.
    pub(super) unread: Vec<Diagnostic>,
}

impl Entry {
    pub(super) fn of(module: &ModuleSource) -> Result<Self, Vec<Diagnostic>> {
        let mut problems = Vec::new();
        let mut entry = Self {
            // Its macros that print come before those of the standard library, which print to nowhere.
            root: String::from(
                "#[macro_use(dbg, eprint, eprintln, print, println)] extern crate tusk;\n\
                 #[allow(unused_imports)] use tusk::prelude::*;\n",
            ),
            files: module.texts.iter().map(Text::file_name).collect(),
            unread: Vec::new(),
        };
        let mut exported = Vec::new();
        let mut known = HashMap::new();
        for (index, text) in module.texts.iter().enumerate() {
            let room = format!("text_{index}");
            entry.include(&room, index);
            match scan(text) {
                Ok(found) => {
                    problems.extend(found.refused);
                    for (name, place) in found.fujsens {
                        problems.extend(clash(&mut known, text, &name, place));
                        exported.push(format!("{room}::{name}"));
                    }
                }
                Err(unread) => entry.unread.push(unread),
            }
        }
        entry.root += &format!("tusk::export!({});\n", exported.join(", "));
        if problems.is_empty() { Ok(entry) } else { Err(problems) }
    }

    /// A text has a module of its own, so that each can import and define what it likes; siblings see what is `pub`.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is that of one of the texts, which have a file each"
    )]
    fn include(&mut self, room: &str, index: usize) {
        // Writing to a string does not fail.
        let _ = writeln!(
            self.root,
            "#[allow(unused_imports)] mod {room} {{ use super::*; include!({:?}); }}\n#[allow(unused_imports)] use {room}::*;",
            self.files[index]
        );
    }
}

fn clash(known: &mut HashMap<String, Span>, text: &Text, name: &str, place: Range<usize>) -> Option<Diagnostic> {
    let place = text.span(place.start, place.end);
    let first = known.insert(name.to_owned(), place)?;
    let message = format!("two fujsens of this section are called `{name}`");
    let diagnostic = Diagnostic::error("duplicate-fujsen", message).at(place);
    Some(
        diagnostic
            .related(first, "the other one")
            .help("rename one of them: routes and calls name a fujsen by section and name"),
    )
}

//! What modules are made of, as the file says it.

use tsk::{Diagnostic, Language, Source, Span};

/// The fujsens of one section in one language: they become one module and call each other directly.
#[derive(Clone, Debug)]
pub struct ModuleSource {
    /// Dotted section name; empty for the top level.
    pub section: String,
    /// The language of all its texts.
    pub language: Language,
    /// In the order of the file; one at least.
    pub texts: Vec<Text>,
    /// Whether its section says `eval: true`: JavaScript may then make code of texts.
    pub eval: bool,
}

/// The code of one fujsen key.
#[derive(Clone, Debug)]
pub struct Text {
    /// The key as written, such as `create_fujsen`.
    pub key: String,
    /// The code, and where it stands.
    pub source: Source,
    /// The key's own place.
    pub key_span: Span,
}

/// `@wasm("path")`: a module that was built elsewhere. Read it and give it to [`crate::Component::prebuilt`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prebuilt {
    /// Dotted section name; empty for the top level.
    pub section: String,
    /// The key as written, such as `create_fujsen`.
    pub key: String,
    /// As written: relative to the folder of the TSK file.
    pub path: String,
    /// The value's own place.
    pub span: Span,
}

impl ModuleSource {
    /// What is wrong with no text of it in particular stands at the key of the first.
    pub(crate) fn at_first(&self, diagnostic: Diagnostic) -> Diagnostic {
        match self.texts.first() {
            Some(text) => diagnostic.at(text.key_span),
            None => diagnostic,
        }
    }
}

impl Text {
    /// What compilers, panics and the section `tusk:functions` call the text: its key, and its language's ending. What
    /// file systems refuse becomes `_`.
    pub fn file_name(&self) -> String {
        let keep = |c: char| {
            if c.is_control() || r#"/\:*?"<>|"#.contains(c) {
                '_'
            } else {
                c
            }
        };
        let extension = self.source.language.extension();
        format!("{}.{extension}", self.key.chars().map(keep).collect::<String>())
    }

    /// The place of a range of bytes of the text; what is out of bounds is clamped.
    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        let at = |offset: usize| self.source.span.start + offset.min(self.source.text.len()) as u32;
        Span {
            file: self.source.span.file,
            start: at(start),
            end: at(end.max(start)),
        }
    }
}

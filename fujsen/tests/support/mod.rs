//! Modules as if they stood in a TSK file, and where compilers keep what they make.
#![allow(dead_code, clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use fujsen::{ModuleSource, Text};
use tsk::{FileId, Language, Source, SourceMap, Span};

pub(crate) fn rust() -> Language {
    known("rust")
}

pub(crate) fn assemblyscript() -> Language {
    known("assemblyscript")
}

fn known(name: &str) -> Language {
    let language = fujsen::LANGUAGES.iter().find(|language| language.name() == name);
    language.unwrap().known
}

/// A TSK file that consists of code: `key = '''language`, the text, `'''`.
pub(crate) struct File {
    pub(crate) sources: SourceMap,
    texts: Vec<(String, String, Span, Span)>,
}

impl File {
    pub(crate) fn new(texts: &[(&str, &str)]) -> Self {
        let mut file = String::new();
        let places: Vec<_> = texts
            .iter()
            .map(|(key, text)| {
                let key_start = file.len();
                file += &format!("{key} = '''\n");
                let start = file.len();
                file += text;
                let end = file.len();
                file += "'''\n";
                ((key_start, key_start + key.len()), (start, end))
            })
            .collect();
        let mut sources = SourceMap::default();
        let id = sources.add("service.tsk", file);
        let texts = texts.iter().zip(places).map(|((key, text), (key_place, place))| {
            (
                (*key).to_owned(),
                (*text).to_owned(),
                span(id, key_place),
                span(id, place),
            )
        });
        Self {
            texts: texts.collect(),
            sources,
        }
    }

    pub(crate) fn module(&self, section: &str, language: Language) -> ModuleSource {
        let texts = self.texts.iter().map(|(key, text, key_span, span)| Text {
            key: key.clone(),
            key_span: *key_span,
            source: Source {
                language,
                text: text.as_str().into(),
                span: *span,
            },
        });
        ModuleSource {
            eval: false,
            section: section.to_owned(),
            language,
            texts: texts.collect(),
        }
    }
}

fn span(file: FileId, (start, end): (usize, usize)) -> Span {
    Span {
        file,
        start: start as u32,
        end: end as u32,
    }
}

/// Kept between runs, so that only the first compiles an SDK.
pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("fujsen").join(name)
}

pub(crate) fn silent(_: &str) {}

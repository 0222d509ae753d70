//! The compiler's messages, placed in the TSK file.
use base64::{Engine, engine::general_purpose::STANDARD};
use tsk::Diagnostic;

use super::{
    lexis::LEXIS,
    worker::{Message, Reply},
};
use crate::{
    ModuleSource, nesting,
    process::{Fate, is_about_memory},
};

/// The core module, or what its author should know.
pub(super) fn outcome(reply: Reply, module: &ModuleSource) -> Result<Vec<u8>, Vec<Diagnostic>> {
    if let Some(wasm) = reply.wasm {
        return STANDARD
            .decode(wasm)
            .map_err(|error| vec![broken(module, &error.to_string())]);
    }
    let errors: Vec<_> = reply.diagnostics.iter().filter(|message| message.error).collect();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for message in errors
        .iter()
        .filter(|message| !message.is_generated() || !is_repeated(message, &errors))
    {
        diagnostics.extend(place(message, module).filter(|diagnostic| !diagnostics.contains(diagnostic)));
    }
    // An error inside the SDK follows from one in a text, if there is one.
    if diagnostics.is_empty() {
        diagnostics.extend(errors.iter().map(|message| unplaced(message, module)));
    }
    if diagnostics.is_empty() {
        diagnostics.push(broken(module, reply.failure.as_deref().unwrap_or("it gave no module")));
    }
    Err(diagnostics)
}

/// Whether generated code only repeats what is wrong with the code that it was generated from.
fn is_repeated(message: &Message, errors: &[&Message]) -> bool {
    errors
        .iter()
        .any(|other| !other.is_generated() && other.message == message.message)
}

fn place(message: &Message, module: &ModuleSource) -> Option<Diagnostic> {
    let file = message.file.as_deref()?;
    let text = module.texts.iter().find(|text| text.file_name() == file)?;
    let (start, mut end) = (message.start?, message.end?);
    if message.is_generated() {
        let rest = text.source.text.get(start..).unwrap_or_default();
        end = start
            + rest
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(rest.len());
    }
    let diagnostic = error(message).at(text.span(start, end));
    if message.code == NO_FILE {
        let help =
            "a text imports from \"tusk-sdk\" alone; texts of one section use each other's exports without imports";
        return Some(diagnostic.help(help));
    }
    Some(diagnostic)
}

fn unplaced(message: &Message, module: &ModuleSource) -> Diagnostic {
    let mut diagnostic = error(message);
    if let Some(file) = &message.file {
        diagnostic = diagnostic.help(format!("the compiler found it in {file}, used by this module"));
    }
    module.at_first(diagnostic)
}

fn error(message: &Message) -> Diagnostic {
    let text = if message.code == USER_DEFINED {
        message.message.clone()
    } else {
        format!("{} ({})", message.message, message.code)
    };
    Diagnostic::error("assemblyscript", text)
}

/// An import of a file that is none of the module's.
const NO_FILE: &str = "TS6054";
/// The code of the transform's own messages, which says nothing.
const USER_DEFINED: &str = "AS102";

/// The compiler crashed, or was content and gave nothing.
fn broken(module: &ModuleSource, why: &str) -> Diagnostic {
    let is_full =
        is_about_memory(why) || why.contains("allocation failed") || why.contains("Invalid typed array length");
    let memory = Fate::Memory.complaint("compiling").filter(|_| is_full);
    if let Some((message, help)) = memory {
        return module.at_first(Diagnostic::error("assemblyscript", message).help(help));
    }
    if why.contains("call stack") {
        let help = "divide it: variables for its parts, or functions of their own";
        let diagnostic = Diagnostic::error("nested-code", "the code is nested too deeply for the compiler").help(help);
        return match nesting::deepest(module, &LEXIS) {
            Some(place) => diagnostic.at(place),
            None => module.at_first(diagnostic),
        };
    }
    let why: String = why.chars().take(SHOWN).collect();
    let diagnostic = Diagnostic::error(
        "assemblyscript",
        format!(
            "the AssemblyScript compiler failed on this text: {}",
            why.escape_debug()
        ),
    );
    let help = "look for code that is out of the ordinary: types that grow in a loop, or very large constants";
    module.at_first(diagnostic.help(help))
}

/// Characters of what a compiler said about its own crash.
const SHOWN: usize = 300;

//! From scripts to a component: the interpreter evaluates them once, and its memory is kept.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::Deserialize;
use serde_json::{Value, json};
use tsk::{Diagnostic, Span};

use super::script::{self, Script};
use crate::{
    EvaluationError, Evaluator, ModuleSource,
    component::{Image, printed},
    interpreters::JAVASCRIPT,
    limits,
    problem::Problem,
    sdk::SdkSource,
    source::Text,
};

static SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/javascript/sdk");
/// Of what keeps every text from being compiled.
const CODE: &str = "javascript-toolchain";
/// Changed when the way of compiling changes what comes out.
const REVISION: &str = "1";

/// What decides a module beside its texts. Found when it is first asked for: a host without JavaScript never does.
pub(super) fn fingerprint() -> &'static [u8; 32] {
    static SOURCE: LazyLock<SdkSource> = LazyLock::new(|| {
        let interpreter = JAVASCRIPT.as_ref().map_or("", |interpreter| &interpreter.name);
        SdkSource::embedded(&format!("{REVISION} {interpreter}"), &[], &[("sdk", &SDK)])
    });
    SOURCE.fingerprint()
}

/// What the interpreter answers.
#[derive(Deserialize)]
struct Answer {
    error: Option<Refusal>,
}

/// Why the texts could not be evaluated, and where, in the interpreter's terms.
#[derive(Deserialize)]
struct Refusal {
    message: String,
    file: String,
    line: u32,
    column: u32,
}

/// The component of scripts.
pub(super) fn build(
    module: &ModuleSource,
    scripts: &[Script],
    evaluator: &dyn Evaluator,
) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let broken = |why: String| {
        let help = "this is a fault of the host, not of the text: please report it, with the text";
        vec![Problem::new(format!("the interpreter of JavaScript does not run: {why}"), help).report(module, CODE)]
    };
    let interpreter = JAVASCRIPT.as_ref().map_err(|why| broken(why.clone()))?;
    let input = input(module, scripts).to_string();
    let evaluated = evaluator
        .evaluate(interpreter, input.as_bytes())
        .map_err(|error| vec![stopped(module, &error)])?;
    let answer: Answer = serde_json::from_slice(&evaluated.answer).map_err(|error| broken(error.to_string()))?;
    if let Some(refusal) = answer.error {
        return Err(vec![refused(module, &refusal)]);
    }
    let image = Image::new(&evaluated.memory);
    if image.size() > limits::IMAGE {
        return Err(vec![too_large(module, image.size())]);
    }
    Ok(interpreter.component(&image, &script::functions(scripts)))
}

fn input(module: &ModuleSource, scripts: &[Script]) -> Value {
    let file = |file: &include_dir::File<'_>| json!({ "name": file.path().to_str(), "code": file.contents_utf8() });
    let sdk: Value = SDK.files().map(file).collect();
    json!({ "sdk": sdk, "modules": script::input(scripts), "eval": module.eval })
}

/// What runs when the texts are evaluated took too much.
fn stopped(module: &ModuleSource, error: &EvaluationError) -> Diagnostic {
    let help =
        "code outside of functions runs once, when a save is compiled: move what takes long, or much, into a function";
    module.at_first(Diagnostic::error("module-start", format!("this module cannot be started: {error}")).help(help))
}

fn too_large(module: &ModuleSource, size: usize) -> Diagnostic {
    let (size, most) = (size.div_ceil(1 << 20), limits::IMAGE >> 20);
    let message =
        format!("this module keeps {size} MiB of what it makes when it starts; at most {most} MiB are allowed");
    let help = "make it in a function, or keep it in a database";
    module.at_first(Diagnostic::error("module-start", message).help(help))
}

/// What they threw, or what is wrong with them, at its place.
fn refused(module: &ModuleSource, refusal: &Refusal) -> Diagnostic {
    let message = printed(&refusal.message, limits::THROWN);
    let diagnostic = Diagnostic::error("module-start", format!("this module cannot be started: {message}"));
    let text = module.texts.iter().find(|text| text.file_name() == refusal.file);
    match text {
        Some(text) => diagnostic.at(place(text, refusal)),
        None => module.at_first(diagnostic),
    }
}

/// Lines and columns count from 1, columns in characters.
fn place(text: &Text, refusal: &Refusal) -> Span {
    let code = &text.source.text;
    let lines = code.split_inclusive('\n');
    let before: usize = lines
        .clone()
        .take(refusal.line.saturating_sub(1) as usize)
        .map(str::len)
        .sum();
    let line = lines
        .clone()
        .nth(refusal.line.saturating_sub(1) as usize)
        .unwrap_or_default();
    let inside: usize = line
        .chars()
        .take(refusal.column.saturating_sub(1) as usize)
        .map(char::len_utf8)
        .sum();
    text.span(before + inside, before + inside)
}

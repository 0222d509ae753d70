//! From the texts of a section to what the engine is given.

use std::{
    collections::{HashMap, HashSet},
    thread,
};

use oxc_allocator::Allocator;
use tsk::Diagnostic;

use super::{
    blank::blank,
    exports::{self, Exported},
    parse::{Parsed, parse},
    refusal::{self, SIGNATURE},
    script::{Fujsen, Script},
    signature,
    surface::Surfaces,
    survey::{Survey, survey},
    types::Types,
};
use crate::{ModuleSource, limits};

/// Reads the texts of a module, which [`nesting`](crate::nesting) has looked at before.
pub(super) fn read(module: &ModuleSource) -> Result<Vec<Script>, Vec<Diagnostic>> {
    let reader = thread::Builder::new()
        .name("javascript".into())
        .stack_size(limits::PARSER_STACK);
    let result = thread::scope(|scope| {
        let thread = reader.spawn_scoped(scope, || texts(module));
        thread.map(|thread| thread.join())
    });
    let failed =
        |message: String, help: &str| vec![module.at_first(Diagnostic::error("javascript", message).help(help))];
    let mut errors = match result {
        Ok(Ok(Ok(scripts))) => return Ok(scripts),
        Ok(Ok(Err(errors))) => errors,
        Ok(Err(_)) => failed(
            "the parser of JavaScript failed on this text".to_owned(),
            "look for code that is out of the ordinary, and please report it",
        ),
        Err(error) => failed(
            format!("no thread could be started to read this: {error}"),
            "the machine has no memory, or no threads, left",
        ),
    };
    errors.truncate(limits::ERRORS);
    Err(errors)
}

fn texts(module: &ModuleSource) -> Result<Vec<Script>, Vec<Diagnostic>> {
    let allocator = Allocator::default();
    let (mut parsed, mut errors) = (Vec::new(), Vec::new());
    for text in &module.texts {
        match parse(&allocator, text) {
            Ok(text) => parsed.push(text),
            Err(found) => errors.extend(found),
        }
    }
    errors.extend(same_file(&parsed));
    if errors.is_empty() {
        section(&allocator, &parsed)
    } else {
        Err(errors)
    }
}

/// Reads texts that have no errors of their own.
fn section<'a>(allocator: &'a Allocator, texts: &'a [Parsed<'a>]) -> Result<Vec<Script>, Vec<Diagnostic>> {
    let surfaces = Surfaces::of(texts);
    let types = Types::of(allocator, texts, &surfaces);
    let (mut scripts, mut errors) = (Vec::new(), Vec::new());
    let mut all = Vec::new();
    for (index, parsed) in texts.iter().enumerate() {
        let Survey { refusals, values } = survey(parsed);
        let (exported, unusable) = exports::exported(parsed);
        let missing = surfaces.refusals(index, parsed);
        let refused = refusals.into_iter().chain(missing).chain(unusable);
        errors.extend(refused.map(|refusal| refusal.diagnostic(parsed.text)));
        let mut fujsens = Vec::new();
        for one in &exported {
            match signature::fujsen(one, index, parsed, &types) {
                Ok(fujsen) => fujsens.push(fujsen),
                Err(refused) => errors.extend(refused.into_iter().map(|refusal| refusal.diagnostic(parsed.text))),
            }
        }
        all.extend(exported.into_iter().map(|one| (parsed, one)));
        scripts.push(script(parsed, fujsens, &surfaces, index, &values));
    }
    errors.extend(same_name(&all));
    if let Some((parsed, one)) = all.get(limits::FUNCTIONS) {
        let message = format!("a module has at most {} fujsens", limits::FUNCTIONS);
        let place = refusal::place(parsed.text, one.name_place);
        errors.push(
            Diagnostic::error(SIGNATURE, message)
                .at(place)
                .help("put some into another section"),
        );
    }
    if errors.is_empty() { Ok(scripts) } else { Err(errors) }
}

fn script<'a>(
    parsed: &Parsed<'a>,
    fujsens: Vec<Fujsen>,
    surfaces: &Surfaces<'a>,
    index: usize,
    values: &HashSet<&'a str>,
) -> Script {
    let types = surfaces.types(index, parsed, values);
    Script {
        file: parsed.file.clone(),
        code: blank(parsed, &types),
        fujsens,
    }
}

/// Texts that could not be told apart when they are imported.
fn same_file(texts: &[Parsed]) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        let earlier = texts.iter().take(index).find(|earlier| earlier.file == text.file);
        if let Some(earlier) = earlier {
            let message = format!("two texts of this section are called `{}`", text.file);
            let error = Diagnostic::error("javascript", message).at(text.text.key_span);
            errors.push(
                error
                    .related(earlier.text.key_span, "the other one")
                    .help("rename one of the keys"),
            );
        }
    }
    errors
}

/// Functions that have one name, each at its place.
fn same_name(all: &[(&Parsed, Exported)]) -> Vec<Diagnostic> {
    let mut places: HashMap<&str, Vec<&(&Parsed, Exported)>> = HashMap::new();
    for one in all {
        places.entry(one.1.name).or_default().push(one);
    }
    let mut errors = Vec::new();
    for one in all {
        let same = places.get(one.1.name).into_iter().flatten();
        let place = |(parsed, exported): &(&Parsed, Exported)| refusal::place(parsed.text, exported.name_place);
        let other = same
            .map(|other| (place(other), other.0))
            .find(|(other, _)| *other != place(one));
        if let Some((other, parsed)) = other {
            let message = format!("there is another fujsen `{}` in {}", one.1.name, parsed.file);
            let error = Diagnostic::error(SIGNATURE, message).at(place(one));
            errors.push(error.related(other, "the other one").help("rename one of them"));
        }
    }
    errors
}

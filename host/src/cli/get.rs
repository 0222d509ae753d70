use std::path::Path;

use super::output::{self, Failure};
use crate::load;

pub(super) fn run(file: &Path, key: Option<&str>, lenient: bool) -> Result<(), Failure> {
    let config = load::read_with(file, tsk::Options { lenient })?;
    output::print_diagnostics(&config.warnings, &config.sources);
    let value = match key {
        None => config.to_json(),
        Some(key) => config
            .get(key)
            .map(|node| config.node_to_json(node))
            .ok_or_else(|| missing(&config, file, key))?,
    };
    println!("{value:#}");
    Ok(())
}

fn missing(config: &tsk::Config, file: &Path, key: &str) -> Failure {
    let message = format!("{} has no `{key}`", file.display());
    let (parent, last) = key
        .rsplit_once('.')
        .map_or((None, key), |(parent, last)| (Some(parent), last));
    let siblings = match parent.map(|parent| config.get(parent)) {
        None => Some(&config.root),
        Some(Some(tsk::Node {
            value: tsk::Value::Object(object),
            ..
        })) => Some(object),
        Some(_) => None,
    };
    let known: Vec<&str> = siblings
        .into_iter()
        .flat_map(|keys| keys.keys().map(String::as_str))
        .collect();
    match tsk::suggest(last, known.iter().copied()) {
        Some(near) => Failure::help(message, format!("did you mean `{}`?", key.replace(last, near))),
        None if known.is_empty() => Failure::new(message),
        None => Failure::help(message, format!("there are: {}", known.join(", "))),
    }
}

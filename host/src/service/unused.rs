//! Warns of fujsens that nothing names: most often a route was forgotten, or names an older one.

use std::collections::{HashMap, HashSet};

use fujsen::{ModuleSource, Text};
use tsk::{Config, Diagnostic, Node, Object, Value};

use crate::base::sections;

/// One warning for each text of code that no value and no other code names, by the section's name for it or by anything that it
/// defines. A word anywhere counts, in a comment too: a false alarm is worse than a missed one.
pub(crate) fn fujsens(config: &Config, sources: &[ModuleSource]) -> Vec<Diagnostic> {
    // A file without entrances is a library: others call what is in it.
    let entered = sections::all().filter(|section| section.is_entrance).any(|section| {
        let node = config.get(section.name).map(|node| &node.value);
        matches!(node, Some(Value::Object(object)) if !object.is_empty())
    });
    if !entered {
        return Vec::new();
    }
    let mut named = HashSet::new();
    for object in [&config.root, &config.globals] {
        name_values(object, &mut named);
    }
    let mut texts: HashMap<&str, usize> = HashMap::new();
    for (_, text) in all(sources) {
        for word in words(&text.source.text).collect::<HashSet<_>>() {
            *texts.entry(word).or_default() += 1;
        }
    }
    all(sources)
        .filter(|(_, text)| {
            let own: HashSet<&str> = words(&text.source.text).collect();
            !names(text).any(|name| {
                let elsewhere = texts.get(name).copied().unwrap_or(0) - usize::from(own.contains(name));
                named.contains(name) || elsewhere > 0
            })
        })
        .map(|(section, text)| unused(section, text))
        .collect()
}

fn all(sources: &[ModuleSource]) -> impl Iterator<Item = (&str, &Text)> {
    sources
        .iter()
        .flat_map(|source| source.texts.iter().map(|text| (source.section.as_str(), text)))
}

/// The words in every value, and in every key that names no code and does not only stand beside it.
fn name_values<'a>(object: &'a Object, named: &mut HashSet<&'a str>) {
    for (key, node) in object {
        let code = format!("{key}_fujsen");
        if !matches!(node.value, Value::Source(_)) && !object.contains_key(&code) {
            named.extend(words(key));
        }
        name_value(node, named);
    }
}

fn name_value<'a>(node: &'a Node, named: &mut HashSet<&'a str>) {
    match &node.value {
        Value::String(text) => named.extend(words(text)),
        Value::Array(items) => items.iter().for_each(|item| name_value(item, named)),
        Value::Object(object) => name_values(object, named),
        Value::Deferred(deferred) => deferred
            .arguments
            .iter()
            .for_each(|argument| name_value(argument, named)),
        _ => {}
    }
}

/// A key's name with and without `_fujsen`, and what its code defines.
fn names(text: &Text) -> impl Iterator<Item = &str> {
    let short = text.key.strip_suffix("_fujsen").unwrap_or(&text.key);
    let code = words(&text.source.text);
    let defined = code.clone().zip(code.skip(1)).filter_map(|(keyword, name)| {
        matches!(
            keyword,
            "fn" | "struct"
                | "enum"
                | "trait"
                | "type"
                | "const"
                | "static"
                | "mod"
                | "macro_rules"
                | "function"
                | "class"
                | "interface"
                | "let"
                | "namespace"
        )
        .then_some(name)
    });
    [short, text.key.as_str()].into_iter().chain(defined)
}

fn words(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

fn unused(section: &str, text: &Text) -> Diagnostic {
    let short = text.key.strip_suffix("_fujsen").unwrap_or(&text.key);
    let path = match section {
        "" => short.to_owned(),
        _ => format!("{section}.{short}"),
    };
    Diagnostic::warning("unused-fujsen", format!("nothing uses the fujsen `{path}`"))
        .at(text.key_span)
        .label("no route, event, schedule or other fujsen names it")
        .help(format!(
            "name it, as in `\"GET /{short}\": {path}` in [routes], or remove it"
        ))
}

#[cfg(test)]
mod tests {
    use std::{fs, io, path::PathBuf};

    use super::*;

    /// The folder of a file, with no variables.
    struct Beside(PathBuf);

    impl tsk::Environment for Beside {
        fn read(&self, path: &str) -> io::Result<Vec<u8>> {
            fs::read(self.0.join(path))
        }

        fn var(&self, _name: &str) -> Option<String> {
            None
        }

        fn now(&self) -> jiff::Zoned {
            jiff::Zoned::now()
        }
    }

    fn warned(text: &str, folder: &str) -> Vec<String> {
        let config = match tsk::load("service.tsk", text, &Beside(folder.into()), fujsen::options()) {
            Ok(config) => config,
            Err(failure) => panic!("{failure}"),
        };
        let sources = fujsen::modules(&config).unwrap();
        fujsens(&config, &sources)
            .iter()
            .map(|warning| {
                assert_eq!(warning.code, "unused-fujsen");
                config.sources.slice(warning.span.unwrap()).to_owned()
            })
            .collect()
    }

    const USERS: &str = "[users]
find_fujsen = '''rust
pub fn find(id: i64) -> User { User { id } }
pub struct User { id: i64 }
'''
remove_fujsen = '''rust
pub fn remove(id: i64) { remove(id) }
'''
";

    #[test]
    fn what_nothing_names_is_unused() {
        let routes = "[routes]\n\"GET /users/{id}\": users.find\n";
        assert_eq!(warned(&format!("{USERS}{routes}"), "."), ["remove_fujsen"]);
    }

    #[test]
    fn a_word_anywhere_is_a_use() {
        for line in [
            "[events]\n\"user.gone\": users.remove\n",
            "[schedules]\nnightly: { cron: \"0 3 * * *\", run: users.remove_fujsen }\n",
            "[schedules]\n\"users.remove\": 5m\n",
            "$cleaner: \"users.remove\"\n",
            "[other]\nvalue: @query(\"SELECT remove\")\n",
            "[other]\nlist: [[\"users.remove\"]]\n",
            "[jobs]\nrun_fujsen = '''rust\npub fn run() { call(\"users.remove\") }\n'''\nhow: run\n",
        ] {
            let text = format!("{line}{USERS}[routes]\n\"GET /users/{{id}}\": users.find\n");
            assert_eq!(warned(&text, "."), [""; 0], "{line}");
        }
    }

    #[test]
    fn what_the_code_defines_is_a_use_too() {
        let text = format!(
            "{USERS}list_fujsen = '''rust\npub fn list() -> Vec<User> {{ remove(1); vec![] }}\n'''\n[routes]\n\"GET /users\": users.list\n"
        );
        assert_eq!(warned(&text, "."), [""; 0]);
    }

    #[test]
    fn a_value_beside_the_code_is_no_use() {
        let text = "[s]\nhealth: { interval: 30 }\nhealth_fujsen = '''rust\npub fn health() {}\n'''\nlist_fujsen = '''rust\npub fn list() {}\n'''\n[routes]\n\"GET /\": s.list\n";
        assert_eq!(warned(text, "."), ["health_fujsen"]);
    }

    #[test]
    fn a_library_has_no_entrances() {
        assert_eq!(warned(USERS, "."), [""; 0]);
        assert_eq!(warned(&format!("{USERS}[routes]\n"), "."), [""; 0]);
    }

    #[test]
    fn the_examples_use_all_that_they_define() {
        let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples");
        let mut count = 0;
        for folder in fs::read_dir(examples).unwrap() {
            let folder = folder.unwrap().path();
            for file in fs::read_dir(&folder).into_iter().flatten() {
                let file = file.unwrap().path();
                if file.extension().is_some_and(|ending| ending == "tsk") {
                    count += 1;
                    let text = fs::read_to_string(&file).unwrap();
                    assert_eq!(warned(&text, folder.to_str().unwrap()), [""; 0], "{}", file.display());
                }
            }
        }
        assert!(count >= 2, "{count} examples were found");
    }
}

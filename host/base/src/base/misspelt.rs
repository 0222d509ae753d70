//! Warns of what looks like a section or a key of the host and is none: the file is served all the same, and what it was to say
//! is not heard.
//!
//! A name alone says little, since a service may have sections of any name. It is a mistake where what stands there looks like
//! what would stand under the right name, too.

use tsk::{Config, Diagnostic, Node, Object, Value};

use crate::base::sections::{self, SectionKeys, SectionRow};

/// `; did you mean …?`, where one of `candidates` is near `name`, else nothing.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    tsk::suggest(name, candidates).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// One warning for each, with what to write.
pub fn warnings(config: &Config) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (name, node) in &config.root {
        let Value::Object(object) = &node.value else {
            found.extend(code(name, name, node));
            continue;
        };
        match sections::of(name) {
            Some(row) if row.name == name => keys(row, object, &mut found),
            _ => own(config, name, node, object, &mut found),
        }
    }
    found
}

/// A section of the service's own.
fn own(config: &Config, name: &str, node: &Node, object: &Object, found: &mut Vec<Diagnostic>) {
    let before = found.len();
    found.extend(
        object
            .iter()
            .filter_map(|(key, node)| code(&format!("{name}.{key}"), key, node)),
    );
    if holds_code(object) || found.len() > before {
        reuse(name, object, found);
    } else {
        found.extend(section(config, name, node, object));
    }
}

/// A text over several lines, or a module, under a key that is nearly one for code.
fn code(path: &str, key: &str, node: &Node) -> Option<Diagnostic> {
    let is_code = match &node.value {
        Value::Wasm(_) => true,
        Value::String(text) => text.contains('\n'),
        _ => false,
    };
    let (name, last) = key.rsplit_once('_').unwrap_or(("", key));
    if !is_code || !is_near(last, "fujsen") {
        return None;
    }
    let right = if name.is_empty() {
        "fujsen".to_owned()
    } else {
        format!("{name}_fujsen")
    };
    let message = format!("`{path}` is a value of your own, and looks like code");
    Some(warning(
        node,
        message,
        "nothing compiles it",
        &format!("did you mean `{right}`? A key that ends in `fujsen` holds code"),
    ))
}

fn section(config: &Config, name: &str, node: &Node, object: &Object) -> Option<Diagnostic> {
    let near = sections::all()
        .find(|row| is_near(name, row.name) && looks_like(config, row, object, likely(name, row.name)))?;
    let message = format!("[{name}] is a section of your own, and looks like [{}]", near.name);
    Some(warning(
        node,
        message,
        "the host does not read it",
        &format!("write `[{}]`", near.name),
    ))
}

/// Sections with keys of the service's own: the others refuse what they do not know.
fn keys(row: &SectionRow, object: &Object, found: &mut Vec<Diagnostic>) {
    let SectionKeys::Open(known) = row.keys else { return };
    for (key, node) in object {
        let near = known
            .iter()
            .find(|known| is_near(key, known) && fits(known, &node.value));
        if let Some(near) = near.filter(|_| !known.contains(&key.as_str())) {
            let message = format!("`{}.{key}` is a value of your own, and looks like `{near}`", row.name);
            found.push(warning(
                node,
                message,
                "the host does not read it",
                &format!("write `{near}`"),
            ));
        }
    }
}

/// The one key of the host in a section with code.
fn reuse(section: &str, object: &Object, found: &mut Vec<Diagnostic>) {
    for (key, node) in object {
        if is_near(key, "reuse") && matches!(node.value, Value::Integer(_)) {
            let message = format!("`{section}.{key}` is a value of your own, and looks like `reuse`");
            found.push(warning(
                node,
                message,
                "instances are not reused for it",
                "write `reuse`",
            ));
        }
    }
}

fn warning(node: &Node, message: String, label: &str, help: &str) -> Diagnostic {
    Diagnostic::warning("misspelt", message)
        .at(node.key_span)
        .label(label)
        .help(help)
}

/// Whether a name may be another one, mistyped: it begins alike, and a letter or two in eight are wrong, missing, too many, or
/// in the wrong order. One more `s` is a plural and another word; one less is not, since the host's names are given.
fn is_near(name: &str, known: &str) -> bool {
    if name == known || name.len() > 2 * known.len() || name.strip_suffix('s') == Some(known) {
        return false;
    }
    let plain = |text: &str| text.to_lowercase().replace(['-', '_', ' ', '.'], "");
    let (plain_name, plain_known) = (plain(name), plain(known));
    let sorted = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let begins_alike = plain_name.chars().next() == plain_known.chars().next();
    let distance = strsim::damerau_levenshtein(&plain_name, &plain_known);
    (begins_alike || sorted(&plain_name) == sorted(&plain_known)) && distance <= (plain_known.len() / 4).max(1)
}

/// How many keys of a section have to fit: another letter in a short word makes another word, as in `stats` and `state`.
fn likely(name: &str, known: &str) -> usize {
    let differs = |(one, other): (char, char)| one != other;
    let others = name.chars().zip(known.chars()).filter(|pair| differs(*pair)).count();
    if name.len() == known.len() && known.len() <= 6 && others == 1 {
        2
    } else {
        1
    }
}

/// Whether what stands in a section could stand in one of the host's, `likely` times where its keys are known.
fn looks_like(config: &Config, row: &SectionRow, object: &Object, likely: usize) -> bool {
    match row.keys {
        SectionKeys::Fixed(known) | SectionKeys::Open(known) => {
            let hits = object.iter().filter(|(key, node)| {
                let near = |known: &&&str| *key == **known || is_near(key, known);
                known.iter().find(near).is_some_and(|known| fits(known, &node.value))
            });
            hits.count() >= likely
        }
        SectionKeys::Names => object.iter().any(|(key, node)| line_fits(config, row, key, node)),
    }
}

/// Whether a line could stand in a section whose keys are names.
fn line_fits(config: &Config, row: &SectionRow, key: &str, node: &Node) -> bool {
    let has_keys = |keys: &[&str]| match &node.value {
        Value::Object(object) => object.keys().any(|key| keys.contains(&key.as_str())),
        _ => false,
    };
    let url = |schemes: &[&str]| {
        let text = match &node.value {
            Value::Object(object) => object.get("url").and_then(text),
            _ => text(node),
        };
        text.is_some_and(|text| schemes.iter().any(|scheme| text.starts_with(scheme)))
    };
    match row.name {
        "routes" => {
            let with_method = |(method, path): (&str, &str)| {
                method.chars().all(|c| c.is_ascii_uppercase()) && path.trim_start().starts_with('/')
            };
            key.split_once(' ').is_some_and(with_method) || (key.starts_with('/') && leads_to_code(config, node))
        }
        "events" => leads_to_code(config, node),
        "schedules" => {
            let is_rhythm = key.starts_with("every ") || key.split(' ').count() >= 5;
            has_keys(&["run"]) || is_rhythm || leads_to_code(config, node)
        }
        "databases" => url(&["sqlite:", "postgres:", "postgresql:"]),
        "redis" => url(&["redis:", "rediss:"]),
        "grpc" => has_keys(&["proto"]),
        "resilience" => has_keys(&[
            "timeout",
            "retries",
            "retry_budget",
            "failure_threshold",
            "recovery_timeout",
        ]),
        _ => false,
    }
}

/// Whether a line names a fujsen: as text, in a list, or by `run`.
fn leads_to_code(config: &Config, node: &Node) -> bool {
    let is_target = |text: &str| match text.trim().rsplit_once('.') {
        Some((section, _)) => {
            matches!(config.get(section).map(|node| &node.value), Some(Value::Object(object)) if holds_code(object))
        }
        None => config.root.contains_key(&format!("{}_fujsen", text.trim())),
    };
    match &node.value {
        Value::Source(_) | Value::Wasm(_) => true,
        Value::String(text) => is_target(text) || is_target(config.sources.slice(node.span)),
        Value::Array(nodes) => nodes.iter().any(|node| leads_to_code(config, node)),
        Value::Object(object) => object.get("run").is_some_and(|node| leads_to_code(config, node)),
        _ => false,
    }
}

fn holds_code(object: &Object) -> bool {
    object
        .values()
        .any(|node| matches!(node.value, Value::Source(_) | Value::Wasm(_)))
}

fn text(node: &Node) -> Option<&str> {
    match &node.value {
        Value::String(text) => Some(text),
        Value::Secret(secret) => Some(secret.reveal()),
        _ => None,
    }
}

/// Whether a value is of the kind that a key of the host takes.
fn fits(known: &str, value: &Value) -> bool {
    let is_text = matches!(value, Value::String(_) | Value::Secret(_));
    match known {
        "port" => matches!(value, Value::Integer(_)),
        "name" | "version" | "host" | "message_queue" | "queue_name" => is_text,
        "dependencies" | "health_check" => matches!(value, Value::Object(_)),
        // A key of many sections.
        "url" => {
            let schemes = ["sqlite:", "redis:", "rediss:", "http:", "https:"];
            matches!(value, Value::String(text) if schemes.iter().any(|scheme| text.starts_with(scheme))) || is_text
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io, path::Path};

    use super::*;

    struct Beside<'a>(&'a Path);

    impl tsk::Environment for Beside<'_> {
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

    fn warned(text: &str, folder: &Path) -> Vec<(String, String)> {
        let config = match tsk::load("service.tsk", text, &Beside(folder), fujsen::options()) {
            Ok(config) => config,
            Err(failure) => panic!("{failure}"),
        };
        let told = warnings(&config).into_iter().map(|warning| {
            let place = warning.span.map_or("", |span| config.sources.slice(span));
            (
                place.trim_matches(['[', ']', '"']).to_owned(),
                warning.help.unwrap_or_default(),
            )
        });
        told.collect()
    }

    const CODE: &str = "[users]\nlist_fujsen = '''rust\n#[fujsen]\nfn list() {}\n'''\n";

    #[test]
    fn code_under_a_key_that_is_nearly_one_for_it_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let told = |text: &str| warned(text, folder.path());
        let text = "[s]\nf_fujsn = '''rust\n#[fujsen]\nfn f() {}\n'''\nresue: 10\n";
        let [(key, help), (reuse, write)] = &told(text)[..] else {
            panic!("{:?}", told(text))
        };
        assert_eq!(
            (key.as_str(), reuse.as_str(), write.as_str()),
            ("f_fujsn", "resue", "write `reuse`")
        );
        assert!(help.contains("did you mean `f_fujsen`?"), "{help}");
        assert!(told("fujsne = '''rust\nfn f() {}\n'''\n")[0].1.contains("`fujsen`"));
        assert!(told("[s]\nf_fusjen: @wasm(\"m.wasm\")\n")[0].1.contains("`f_fujsen`"));
        for fine in [
            "[s]\nf_fujsn: 5\n",
            "[s]\nf_fujsn: \"one line\"\n",
            "[s]\nf_text: '''\na\nb\n'''\n",
        ] {
            assert!(told(fine).is_empty(), "{fine}");
        }
    }

    #[test]
    fn what_is_misspelt_is_told_with_the_right_word() {
        for (name, line, right) in [
            ("rotes", "\"GET /users\": users.list", "routes"),
            ("route", "\"GET /users\": users.list", "routes"),
            ("Routes", "\"/users\": \"users.list\"", "routes"),
            ("ruotes", "\"POST /users\": users.list", "routes"),
            ("schedule", "\"every 5m\": users.list", "schedules"),
            ("shedules", "nightly: { run: users.list }", "schedules"),
            ("event", "\"user.gone\": users.list", "events"),
            ("evnets", "\"user.gone\": [users.list]", "events"),
            ("database", "main: \"sqlite:a.db\"", "databases"),
            ("databses", "main: { url: \"postgres://db/x\" }", "databases"),
            ("limit", "deadline: \"5s\"", "limits"),
            ("limts", "concurency: 7", "limits"),
            ("servce", "prot: 80", "service"),
            ("cros", "origins: \"*\"", "cors"),
            ("tsl", "certificate: \"a.pem\"", "tls"),
            ("remote-config", "url: \"http://a\"", "remote_config"),
            ("mesage_queue", "url: \"redis://a\"", "message_queue"),
            ("admn", "port: 9001", "admin"),
            ("resiliance", "users: { retries: 3 }", "resilience"),
            ("dicovery", "registry: \"http://a\"", "discovery"),
            ("alert", "high_error_rate: 5", "alerts"),
            ("trace", "endpoint: \"http://a\"", "traces"),
            ("grant", "http: [\"http://a\"]", "grants"),
        ] {
            let text = format!("{CODE}[{name}]\n{line}\n");
            let told = warned(&text, Path::new("."));
            assert_eq!(told, [(name.to_owned(), format!("write `[{right}]`"))], "{text}");
        }
        for (line, key, right) in [
            ("prot: 80", "prot", "port"),
            ("porr: 80", "porr", "port"),
            ("hots: \"0.0.0.0\"", "hots", "host"),
            ("nmae: \"x\"", "nmae", "name"),
            ("verison: \"1\"", "verison", "version"),
            ("dependancies: { a: \"http://a\" }", "dependancies", "dependencies"),
            ("healthcheck: { interval: 30 }", "healthcheck", "health_check"),
        ] {
            let told = warned(&format!("[service]\n{line}\n"), Path::new("."));
            assert_eq!(told, [(key.to_owned(), format!("write `{right}`"))], "{line}");
        }
        let text = CODE.replace("[users]\n", "[users]\nresue: 100\n");
        assert_eq!(
            warned(&text, Path::new(".")),
            [("resue".to_owned(), "write `reuse`".to_owned())]
        );
    }

    #[test]
    fn what_is_the_services_own_is_left_alone() {
        for text in [
            "[services]\nname: \"x\"\nport: 1\n",
            "[stats]\nusers: 1\nurl_count: 3\n",
            "[rates]\n\"GET /x\": 7\n",
            "[notes]\n\"/x\": users.list\n",
            "[votes]\n\"/x\": users.list\n",
            "[rules]\n\"GET /users\": users.list\n",
            "[user]\nname: \"x\"\n",
            "[device]\nname: \"x\"\nport: 7\n",
            "[database]\nhost: \"db\"\nport: 5432\n",
            "[trades]\nendpoint: \"http://a\"\n",
            "[eventlog]\nsize: 7\n",
            "[event]\nname: \"party\"\n",
            "[schedule]\nmonday: \"closed\"\n",
            "[route]\nfrom: \"A\"\nto: \"B\"\n",
            "[limit]\nper_user: 5\n",
            "[ports]\nport: 1\n",
            "[service]\nenvironment: \"x\"\nnames: [\"a\"]\nhosts: [\"b\"]\nports: [1]\nvision: \"v\"\nnode: \"n\"\nposts: 3\n",
            "[rotes]\nlist_fujsen = '''rust\n#[fujsen]\nfn other() {}\n'''\n\"GET /x\": users.list\n",
            "[mess]\nkitchen: \"dirty\"\n",
        ] {
            assert_eq!(warned(&format!("{CODE}{text}"), Path::new(".")), [], "{text}");
        }
    }

    #[test]
    fn the_examples_have_none() {
        let examples = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples"));
        let mut count = 0;
        for folder in fs::read_dir(examples).into_iter().flatten().flatten() {
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                if file.path().extension().is_some_and(|ending| ending == "tsk") {
                    count += 1;
                    let text = fs::read_to_string(file.path()).unwrap_or_default();
                    assert_eq!(warned(&text, &folder.path()), [], "{}", file.path().display());
                }
            }
        }
        assert!(count >= 2, "{count} examples were found");
    }
}

//! What the file keeps secret (`@env.secure`, passwords in its URLs) stays out of all that the host says: its log, error
//! messages, reports, spans and metrics. One list for the process, since its log is one, too.
//!
//! A secret is looked for as it is and as it travels: percent-encoded, escaped, in hex and in Base64.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    sync::{Arc, LazyLock, Weak},
};

use aho_corasick::{AhoCorasick, MatchKind};
use arc_swap::ArcSwapOption;
use base64::Engine;
use parking_lot::Mutex;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex::Regex;
use tsk::{Config, Node, Object, Value};
use url::Url;

use crate::base::{escape, limits, sections};

/// The secrets of one version of a file. For as long as it is held, nobody is told them.
pub struct Secrets(BTreeSet<String>);

/// All secrets that are held, and what finds them.
static HELD: Mutex<Vec<Weak<Secrets>>> = Mutex::new(Vec::new());
static FINDER: ArcSwapOption<AhoCorasick> = ArcSwapOption::const_empty();

/// What stands for a secret.
const STARS: &str = "***";

impl Secrets {
    /// From now on the secrets of a file are known.
    pub fn of(config: &Config) -> Arc<Self> {
        let mut found = BTreeSet::new();
        for object in [&config.root, &config.globals] {
            collect(object, false, &mut found);
        }
        let secrets = Arc::new(Self(found));
        let mut held = HELD.lock();
        held.retain(|one| one.strong_count() > 0);
        held.push(Arc::downgrade(&secrets));
        let all: Vec<Arc<Self>> = held.iter().filter_map(Weak::upgrade).collect();
        FINDER.store(finder(all.iter().flat_map(|one| &one.0)).map(Arc::new));
        secrets
    }
}

/// A text without the secrets of the file.
pub fn text(text: &str) -> Cow<'_, str> {
    let finder = FINDER.load();
    let Some(finder) = &*finder else {
        return Cow::Borrowed(text);
    };
    let mut matches = finder.find_iter(text).peekable();
    if matches.peek().is_none() {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len());
    let mut end = 0;
    for found in matches {
        clean.push_str(text.get(end..found.start()).unwrap_or_default());
        clean.push_str(STARS);
        end = found.end();
    }
    clean.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(clean)
}

/// What an error says, for the log: without secrets, and each URL in it without user, password and query. No longer than
/// it may be.
pub fn message(message: &str) -> String {
    let short = escape::capped(message, limits::ERROR_TEXT);
    let urls = URL.replace_all(&short, |found: &regex::Captures<'_>| {
        let (scheme, rest) = (&found[1], &found[2]);
        let end = rest.find(['?', '#']).unwrap_or(rest.len());
        let authority = rest.get(..end).unwrap_or_default().find('/').unwrap_or(end);
        let user = rest
            .get(..authority)
            .unwrap_or_default()
            .rfind('@')
            .map_or(0, |at| at + 1);
        format!("{scheme}://{}", rest.get(user..end).unwrap_or_default())
    });
    text(&urls).into_owned()
}

/// What an error says, for clients: nothing of where others are.
pub fn for_clients(message: &str) -> String {
    let short = escape::capped(message, limits::ERROR_TEXT);
    let urls = URL.replace_all(&short, "…");
    text(&ADDRESS.replace_all(&urls, "…")).into_owned()
}

/// A URL as it stands in a sentence.
static URL: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?i)\b([a-z][a-z0-9+.-]{1,20})://([^\s"'`<>\\^{}|]*[^\s"'`<>\\^{}|.,:;!?)\]])"#));

/// Addresses of machines, with and without a port, and names with one.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\[[0-9a-f:.]*:[0-9a-f:.]*\](?::\d{1,5})?|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?\b|\b[a-z][a-z0-9_-]*(?:\.[a-z0-9_-]+)*:\d{2,5}\b",
    )
});

#[expect(clippy::unwrap_used, reason = "the patterns are fixed, and a test uses them")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// Keys of the host's sections whose plain texts are secrets, too, however they were written.
const ALWAYS: [&str; 3] = ["secret", "token", "headers"];

fn collect(object: &Object, is_hosts: bool, found: &mut BTreeSet<String>) {
    for (key, node) in object {
        let is_hosts = is_hosts || (sections::of(key).is_some() && matches!(node.value, Value::Object(_)));
        collect_node(node, is_hosts, is_hosts && ALWAYS.contains(&key.as_str()), found);
    }
}

fn collect_node(node: &Node, is_hosts: bool, is_secret: bool, found: &mut BTreeSet<String>) {
    match &node.value {
        Value::Secret(secret) => add(secret.reveal(), found),
        Value::String(text) if is_secret => add(text, found),
        Value::String(text) => passwords(text, found),
        Value::Array(nodes) => nodes
            .iter()
            .for_each(|node| collect_node(node, is_hosts, is_secret, found)),
        Value::Object(object) if is_secret => object
            .values()
            .for_each(|node| collect_node(node, is_hosts, is_secret, found)),
        Value::Object(object) => collect(object, is_hosts, found),
        Value::Deferred(deferred) => {
            let arguments = deferred.arguments.iter();
            arguments.for_each(|node| collect_node(node, is_hosts, is_secret, found));
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Float(_) | Value::Source(_) | Value::Wasm(_) => {}
    }
}

/// A secret, and the parts of it that are told alone.
fn add(secret: &str, found: &mut BTreeSet<String>) {
    let mut insert = |text: &str| {
        if text.len() >= limits::SECRET_LEAST && found.len() < limits::SECRETS {
            found.insert(
                text.get(..text.floor_char_boundary(limits::SECRET_MOST))
                    .unwrap_or_default()
                    .to_owned(),
            );
        }
    };
    insert(secret.trim());
    if secret.trim().contains('\n') {
        // The first and last lines of a PEM file are no secret.
        let lines = secret
            .lines()
            .map(str::trim)
            .filter(|line| line.len() >= 16 && !line.contains("-----"));
        lines.for_each(&mut insert);
    }
    if let Ok(url) = Url::parse(secret) {
        // As messages show it.
        if url.origin().is_tuple() && url.path().len() > 1 {
            insert(&format!("{}{}", url.origin().ascii_serialization(), url.path()));
        }
        url.query_pairs().for_each(|(_, value)| insert(&value));
        if url.username().len() >= 2 * limits::SECRET_LEAST {
            insert(url.username());
        }
    }
    passwords(secret, found);
}

/// The password of a URL, unless the rest of it says the same word: that is none worth hiding, and hides much else.
fn passwords(text: &str, found: &mut BTreeSet<String>) {
    if !text.contains("://") || !text.contains('@') {
        return;
    }
    let Ok(url) = Url::parse(text) else { return };
    let Some(password) = url.password() else { return };
    let plain = percent_decode_str(password).decode_utf8_lossy();
    let mut rest = url.clone();
    let _ = rest.set_password(None);
    if plain.len() >= limits::SECRET_LEAST && !rest.as_str().contains(&*plain) && found.len() < limits::SECRETS {
        found.insert(plain.into_owned());
    }
}

fn finder<'a>(secrets: impl Iterator<Item = &'a String>) -> Option<AhoCorasick> {
    let forms: BTreeSet<String> = secrets.flat_map(|secret| forms(secret)).collect();
    if forms.is_empty() {
        return None;
    }
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(forms)
        .ok()
}

/// A secret in the writings that it may have on its way.
fn forms(secret: &str) -> Vec<String> {
    let encoded = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let json = serde_json::to_string(secret).unwrap_or_default();
    let mut forms = vec![
        secret.to_owned(),
        escape::escaped(secret).into_owned(),
        secret.escape_debug().to_string(),
        json.trim_matches('"').to_owned(),
        url::form_urlencoded::byte_serialize(secret.as_bytes()).collect(),
        encoded.to_lowercase(),
        encoded,
        hex.to_uppercase(),
        hex,
    ];
    if let Ok(mut url) = Url::parse("http://h/") {
        url.set_query(Some(secret));
        forms.extend(url.query().map(str::to_owned));
        if url.set_password(Some(secret)).is_ok() {
            forms.extend(url.password().map(str::to_owned));
        }
        url.set_path(secret);
        forms.push(url.path().get(1..).unwrap_or_default().to_owned());
    }
    for engine in [
        base64::prelude::BASE64_STANDARD_NO_PAD,
        base64::prelude::BASE64_URL_SAFE_NO_PAD,
    ] {
        // Behind a text of any length, such as the name in Basic authentication: what depends on it is left out.
        for before in 0..3 {
            let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.bytes()).collect();
            let whole = engine.encode(&bytes);
            let (start, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
            forms.extend(whole.get(start..end).map(str::to_owned));
        }
    }
    forms.retain(|form| form.len() >= limits::SECRET_LEAST);
    forms
}

#[cfg(test)]
mod tests {
    use base64::prelude::BASE64_STANDARD;
    use serde_json::json;
    use tsk::Secret;

    use super::*;
    use crate::base::fixture;

    fn with(secrets: &[&str], file: serde_json::Value) -> Arc<Secrets> {
        let mut config = fixture::config(file);
        for (at, secret) in secrets.iter().enumerate() {
            let mut node = fixture::config(json!({"a": 1})).root["a"].clone();
            node.value = Value::Secret(Secret::new((*secret).to_owned()));
            config.globals.insert(format!("s{at}"), node);
        }
        Secrets::of(&config)
    }

    #[test]
    fn a_secret_is_found_in_every_writing() {
        let secret = "q7 K/+\"ä\nsecond line of it";
        let _held = with(&[secret], json!({}));
        let url = Url::parse_with_params("http://h/p", [("k", secret)]).unwrap();
        for told in [
            format!("it was {secret}!"),
            format!("GET {url}"),
            json!({ "k": secret }).to_string(),
            format!("{secret:?}"),
            escape::escaped(secret).into_owned(),
            BASE64_STANDARD.encode(secret),
            BASE64_STANDARD.encode(format!("user:{secret}")),
            BASE64_STANDARD.encode(format!("users:{secret}")),
            BASE64_STANDARD.encode(format!("u:{secret}")),
        ] {
            let clean = text(&told);
            assert!(clean.contains(STARS), "{clean}");
            assert!(!clean.contains("q7") && !clean.contains("second line"), "{clean}");
        }
        assert!(matches!(text("nothing of it"), Cow::Borrowed(_)));
    }

    #[test]
    fn parts_of_urls_are_secrets_and_common_words_are_not() {
        let _held = with(
            &["https://hooks.example/services/T00/B11/w4xyz?sig=9f8e7d6c"],
            json!({
                "databases": {"main": "postgres://app:b4nanas%21@db/app", "dev": "postgres://postgres:postgres@db/x"},
                "mesh": {"secret": ["a plain one of 32 bytes or more.."]},
                "traces": {"headers": {"authorization": "Bearer 4711-0815"}},
                "users": {"secret": "not-hidden", "pin": "1234"},
            }),
        );
        for (told, shown) in [
            ("login of app with b4nanas! failed", "login of app with *** failed"),
            (
                "https://hooks.example/services/T00/B11/w4xyz answered 500",
                "*** answered 500",
            ),
            ("sig=9f8e7d6c", "sig=***"),
            ("sent Bearer 4711-0815", "sent ***"),
            ("a plain one of 32 bytes or more..", "***"),
            ("postgres not-hidden 1234", "postgres not-hidden 1234"),
        ] {
            assert_eq!(text(told), shown);
        }
    }

    #[test]
    fn messages_keep_no_queries_and_clients_no_addresses() {
        let told = "loading: https://u:p@api.example:8443/v1/x?api_key=k#f answered status 500 (see http://127.0.0.1:1/), then redis://cache:6379.";
        assert_eq!(
            message(told),
            "loading: https://api.example:8443/v1/x answered status 500 (see http://127.0.0.1:1/), then redis://cache:6379."
        );
        assert_eq!(for_clients(told), "loading: … answered status 500 (see …), then ….");
        assert_eq!(
            for_clients("10.0.0.7:5432, [::1]:9, 10.1.2.3, db.internal:5432 and at 12:30"),
            "…, …, …, … and at 12:30"
        );
        assert_eq!(
            for_clients("the user 7 is not there: try 3.5 again"),
            "the user 7 is not there: try 3.5 again"
        );
        assert!(message(&"x".repeat(3 << 20)).len() < limits::ERROR_TEXT + 64);
    }
}

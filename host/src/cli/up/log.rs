//! One log for all services: each line begins with the name of its service, in a colour of its own, or is a JSON object
//! that has it.

use std::{collections::HashMap, io};

use serde::de::IgnoredAny;
use serde_json::json;

use crate::cli::output;

/// ANSI colours that are read on dark and on light.
const COLORS: [u8; 6] = [36, 33, 32, 35, 34, 31];

/// The lines of one service.
#[derive(Clone)]
pub(super) struct Log {
    name: String,
    prefix: String,
}

impl Log {
    /// `index` chooses the colour; `width` is that of the longest name.
    pub(super) fn new(name: &str, index: usize, width: usize) -> Self {
        let prefix = if output::colors(&io::stderr()) {
            let color = COLORS.iter().cycle().nth(index).unwrap_or(&0);
            format!("\x1b[{color}m{name:width$} |\x1b[0m ")
        } else {
            format!("{name:width$} | ")
        };
        Self {
            name: name.to_owned(),
            prefix,
        }
    }

    /// A line of the service's own.
    pub(super) fn forward(&self, text: &str) {
        let text = text.trim_end();
        if !output::is_json() {
            output::say(&format!("{}{text}", self.prefix));
            return;
        }
        match named(text, &self.name) {
            Some(line) => output::say(&line),
            // What a process says at its end, past its log.
            None => self.told("WARN", text),
        }
    }

    pub(super) fn line(&self, text: &str) {
        self.told("INFO", text);
    }

    pub(super) fn warn(&self, text: &str) {
        self.told("WARN", text);
    }

    fn told(&self, level: &str, text: &str) {
        if output::is_json() {
            let fields = json!({ "message": text, "service": self.name });
            output::say(&output::json_line(level, "up", fields));
        } else {
            output::say(&format!("{}{text}", self.prefix));
        }
    }
}

/// What is told of all services.
pub(super) fn say(text: &str) {
    if output::is_json() {
        output::say(&output::json_line("INFO", "up", json!({ "message": text })));
    } else {
        output::say(text);
    }
}

/// A line that is a JSON object, with the name of its service, which it may have already. None where it is no such
/// object.
fn named(line: &str, service: &str) -> Option<String> {
    let members: HashMap<String, IgnoredAny> = serde_json::from_str(line).ok()?;
    if members.contains_key("service") {
        return Some(line.to_owned());
    }
    let rest = line.trim_start().strip_prefix('{')?;
    let comma = if members.is_empty() { "" } else { "," };
    Some(format!("{{\"service\":{}{comma}{rest}", json!(service)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_gets_the_name_that_it_has_not() {
        for (line, expected) in [
            (r#"{"a":1}"#, Some(r#"{"service":"mail \"1\"","a":1}"#)),
            (
                r#" {"a":{"service":2}}"#,
                Some(r#"{"service":"mail \"1\"","a":{"service":2}}"#),
            ),
            (r#"{"service":"own"}"#, Some(r#"{"service":"own"}"#)),
            ("{}", Some(r#"{"service":"mail \"1\""}"#)),
            ("thread panicked", None),
            ("[1]", None),
            (r#"{"a":"#, None),
        ] {
            assert_eq!(named(line, "mail \"1\"").as_deref(), expected, "{line}");
        }
    }
}

//! What is left of that which was acknowledged, and after what.

use tsk::{Diagnostic, Node, Value};

/// What a write that was answered survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Durability {
    /// The end of the process, however it ends. The last writes may be missing, whole, when the machine loses its power.
    #[default]
    Process,
    /// The machine's power, too: a write is on the disk before it is answered.
    Power,
}

impl Durability {
    /// Reads a setting such as `[state] durability`. Only for data in SQLite: a server has a setting of its own, `instead`.
    pub fn read(node: &Node, path: &str, instead: Option<&str>) -> Result<Self, Box<Diagnostic>> {
        let wrong = |message: String, help: String| {
            Box::new(Diagnostic::error("wrong-setting", message).at(node.span).help(help))
        };
        if let Some(instead) = instead {
            let message = format!("`{path}` is a setting for SQLite: what a server keeps is for the server to say");
            return Err(wrong(message, format!("take the line out; on the server, {instead}")));
        }
        let text = match &node.value {
            Value::String(text) => text.as_str(),
            _ => "",
        };
        match text {
            "process" => Ok(Self::Process),
            "power" => Ok(Self::Power),
            _ => {
                let help = "write `durability: \"process\"` (what was answered survives the end of the process) or \
                            `durability: \"power\"` (and that of the machine)";
                Err(wrong(format!("`{path}` must be \"process\" or \"power\""), help.into()))
            }
        }
    }

    /// SQLite's word for it, in WAL mode.
    pub(crate) fn synchronous(self) -> &'static str {
        match self {
            Self::Process => "NORMAL",
            Self::Power => "FULL",
        }
    }
}

#[cfg(test)]
mod tests {
    use tsk::Span;

    use super::*;

    fn read(value: Value, instead: Option<&str>) -> Result<Durability, String> {
        let node = Node {
            value,
            span: Span::default(),
            key_span: Span::default(),
        };
        Durability::read(&node, "state.durability", instead)
            .map_err(|diagnostic| format!("{} / {}", diagnostic.message, diagnostic.help.unwrap()))
    }

    #[test]
    fn it_is_one_of_two_words() {
        assert_eq!(read(Value::String("process".into()), None), Ok(Durability::Process));
        assert_eq!(read(Value::String("power".into()), None), Ok(Durability::Power));
        for wrong in [Value::String("disk".into()), Value::Integer(1), Value::Null] {
            let error = read(wrong, None).unwrap_err();
            assert!(
                error.contains("`state.durability` must be") && error.contains("\"power\""),
                "{error}"
            );
        }
        let error = read(Value::String("power".into()), Some("set `appendfsync always`")).unwrap_err();
        assert!(error.contains("for SQLite") && error.contains("appendfsync"), "{error}");
    }
}

//! Where a service keeps what is its own: a file, or a server by URL.

use std::path::Path;

use tsk::{Config, Diagnostic, Node, Value};

use super::{Durability, own, redis, sqlite::Location};
use crate::base::folder::folder;

/// Where a service's own data is.
#[derive(Clone)]
pub enum Place {
    /// A SQLite database, and what a commit to it survives.
    Sqlite(Location, Durability),
    /// A Redis server: its URL as the file has it, with the password, and what was read of it.
    Redis { url: String, info: ::redis::ConnectionInfo },
}

impl Place {
    /// `.tusk/NAME.db` beside the TSK file `NAME.tsk`.
    pub fn beside(file: &Path) -> Self {
        Self::Sqlite(Location::file(own::beside(file, ".db")), Durability::default())
    }

    /// Where `[state]` keeps its values, and what else the hosts of a service share.
    pub fn of_state(config: &Config, file: &Path) -> Result<Self, Vec<Diagnostic>> {
        let place = Self::read(config.get("state.url"), "state.url", file).map_err(|wrong| vec![*wrong])?;
        place
            .durable(config.get("state.durability"), "state.durability")
            .map_err(|wrong| vec![*wrong])
    }

    /// With another default for what is written there, which a server has from its own settings.
    pub(crate) fn or_durable(self, durability: Durability) -> Self {
        match self {
            Self::Sqlite(location, _) => Self::Sqlite(location, durability),
            redis @ Self::Redis { .. } => redis,
        }
    }

    /// With a setting such as `[state] durability`, where the file has one.
    pub(crate) fn durable(self, setting: Option<&Node>, path: &str) -> Result<Self, Box<Diagnostic>> {
        let Some(node) = setting else { return Ok(self) };
        match self {
            Self::Sqlite(location, _) => Ok(Self::Sqlite(location, Durability::read(node, path, None)?)),
            Self::Redis { .. } => {
                let instead = "set `appendonly yes`, and `appendfsync always` where nothing may be lost";
                Durability::read(node, path, Some(instead)).map(|_| self)
            }
        }
    }

    /// Reads a setting such as `[state] url`; without one the data is beside `file`, the TSK file.
    pub fn read(setting: Option<&Node>, path: &str, file: &Path) -> Result<Self, Box<Diagnostic>> {
        let Some(node) = setting else {
            return Ok(Self::beside(file));
        };
        let key = path.rsplit('.').next().unwrap_or(path);
        let wrong = |message: String, instead: &str| {
            Box::new(
                Diagnostic::error("store-url", format!("`{path}`: {message}"))
                    .at(node.span)
                    .help(instead.to_owned()),
            )
        };
        let example = format!("write `{key}: \"sqlite:data.db\"` or `{key}: \"redis://127.0.0.1:6379\"`");
        let url = match &node.value {
            Value::String(url) => url.as_str(),
            Value::Secret(url) => url.reveal(),
            _ => return Err(wrong("a URL in a string is needed".into(), &example)),
        };
        if let Some(path) = url.strip_prefix("sqlite:") {
            // One database in memory for each TSK file.
            let memory = file.to_string_lossy();
            return Location::parse(path, folder(file), &memory)
                .map(|location| Self::Sqlite(location, Durability::default()))
                .map_err(|bad| {
                    wrong(
                        bad.message.into(),
                        &bad.instead.map_or(example, |url| format!("write `{key}: \"{url}\"`")),
                    )
                });
        }
        match redis::info(url) {
            Some(Ok(info)) => Ok(Self::Redis {
                url: url.to_owned(),
                info,
            }),
            Some(Err((message, help))) => Err(wrong(message.into(), help)),
            None => Err(wrong("data is kept in SQLite or Redis".into(), &example)),
        }
    }

    /// As grants and messages show it.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::Sqlite(location, _) => location.show(),
            Self::Redis { info, .. } => format!("redis://{}", info.addr()),
        }
    }
}

#[cfg(test)]
mod tests {
    use tsk::Span;

    use super::*;

    fn read(value: Value) -> Result<String, String> {
        let node = Node {
            value,
            span: Span::default(),
            key_span: Span::default(),
        };
        Place::read(Some(&node), "state.url", Path::new("/srv/users.tsk"))
            .map(|place| place.show())
            .map_err(|diagnostic| format!("{} / {}", diagnostic.message, diagnostic.help.unwrap_or_default()))
    }

    #[test]
    fn data_is_beside_the_file_unless_a_url_says_otherwise() {
        let beside = Place::read(None, "state.url", Path::new("/srv/users.tsk")).unwrap();
        assert_eq!(beside.show(), "sqlite:/srv/.tusk/users.db");
        let beside = Place::read(None, "state.url", Path::new("users.tsk")).unwrap();
        assert_eq!(beside.show(), "sqlite:.tusk/users.db");
        for (url, shown) in [
            ("sqlite:data.db", "sqlite:/srv/data.db"),
            ("sqlite:/var/data.db", "sqlite:/var/data.db"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("redis://me:geheim@cache:6380/2", "redis://cache:6380"),
        ] {
            assert_eq!(read(Value::String(url.into())).unwrap(), shown);
        }
    }

    #[test]
    fn a_wrong_url_is_told_without_its_password() {
        for (url, says) in [
            ("postgres://me:geheim@h/db", "SQLite or Redis"),
            ("rediss://me:geheim@h", "not supported yet"),
            ("redis://me:geheim@h:port", "no Redis URL"),
            ("sqlite:", "names no file"),
            ("sqlite:a.db?mode=ro", "write `url: \"sqlite:a.db\"`"),
        ] {
            let error = read(Value::String(url.into())).unwrap_err();
            assert!(error.contains(says), "{url}: {error}");
            assert!(error.contains("`state.url`") && !error.contains("geheim"), "{error}");
        }
        assert!(read(Value::Integer(1)).unwrap_err().contains("in a string"));
    }
}

//! Where a SQLite database is: `sqlite:path`.

use std::path::{Path, PathBuf};

use crate::base::reserved;

/// Where a SQLite database is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// A file, by its path.
    File(PathBuf),
    /// One database a name.
    Memory(String),
}

/// What is wrong with a URL, and the URL to write instead where that is clear.
#[derive(Debug)]
pub(crate) struct Bad {
    /// What is wrong with it, without the URL itself.
    pub(crate) message: &'static str,
    /// The URL to write instead.
    pub(crate) instead: Option<String>,
}

impl Location {
    /// A database in a file, which is SQLite's alone from now on.
    pub(crate) fn file(path: PathBuf) -> Self {
        reserved::reserve(&path);
        Self::File(path)
    }

    /// Reads what follows `sqlite:`. Relative paths start at `folder`; `memory` names the database of `:memory:`.
    pub(crate) fn parse(path: &str, folder: &Path, memory: &str) -> Result<Self, Bad> {
        // `sqlite:///x` is absolute, `sqlite://x` relative.
        let path = path.strip_prefix("//").unwrap_or(path);
        match path {
            ":memory:" => Ok(Self::Memory(memory.into())),
            "" => Err(Bad {
                message: "the URL names no file",
                instead: None,
            }),
            _ if path.contains('\0') => Err(Bad {
                message: "the URL contains a zero byte, where the system takes a path to end",
                instead: None,
            }),
            _ => match path.split_once('?') {
                Some((file, _)) => Err(Bad {
                    message: "a database URL takes no options",
                    instead: Some(format!("sqlite:{file}")),
                }),
                None => match folder_of(path) {
                    Some(above) => Err(Bad {
                        message: "the URL names a folder, and a database is a file",
                        instead: Some(format!("sqlite:{above}data.db")),
                    }),
                    None => Ok(Self::file(folder.join(path))),
                },
            },
        }
    }

    /// As grants and messages show it.
    pub(crate) fn show(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite:{}", path.strip_prefix(".").unwrap_or(path).display()),
            Self::Memory(_) => "sqlite::memory:".into(),
        }
    }
}

/// What can only be a folder, as it stands before a file's name.
fn folder_of(path: &str) -> Option<String> {
    let (above, last) = path.rfind('/').map_or(("", path), |slash| path.split_at(slash + 1));
    match last {
        "" | "." => Some(above.to_owned()),
        ".." => Some(format!("{path}/")),
        _ => None,
    }
}

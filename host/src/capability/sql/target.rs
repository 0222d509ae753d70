use std::path::{Path, PathBuf};

/// Where a database lives.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target {
    File(PathBuf),
    /// One database per name of `[databases]`.
    Memory(String),
}

impl Target {
    /// Reads a value of `[databases]`. Relative paths start at `folder`. The error says what is wrong, then what to
    /// write.
    pub(super) fn parse(name: &str, url: &str, folder: &Path) -> Result<Self, (String, String)> {
        let remedy = || format!("write `{name}: \"sqlite:{name}.db\"`");
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme);
        match scheme {
            "sqlite" => {}
            "postgres" | "postgresql" => return Err(("PostgreSQL is not supported yet".into(), remedy())),
            "mysql" | "mariadb" => return Err(("MySQL is not supported".into(), remedy())),
            _ => return Err((format!("`{}` is no database URL", without_password(url)), remedy())),
        }
        let path = &url["sqlite:".len()..];
        // `sqlite:///x` is absolute, `sqlite://x` relative.
        let path = path.strip_prefix("//").unwrap_or(path);
        match path {
            ":memory:" => Ok(Self::Memory(name.into())),
            "" => Err(("the URL names no file".into(), remedy())),
            _ if path.contains(['?', '\0']) => Err((
                "a database URL takes no options".into(),
                format!(
                    "write `{name}: \"sqlite:{}\"`",
                    path.split(['?', '\0']).next().unwrap_or_default()
                ),
            )),
            _ => Ok(Self::File(folder.join(path))),
        }
    }

    /// As grants and messages show it.
    pub(super) fn show(&self) -> String {
        match self {
            Self::File(path) => format!("sqlite:{}", path.strip_prefix(".").unwrap_or(path).display()),
            Self::Memory(_) => "sqlite::memory:".into(),
        }
    }
}

/// Whatever stands between `://` and `@` may be a password.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!("{}://***{}", &url[..start], &url[end..]),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let parse = |url| Target::parse("main", url, Path::new("/srv"));
        assert_eq!(parse("sqlite:users.db").unwrap(), Target::File("/srv/users.db".into()));
        assert_eq!(
            parse("sqlite://data/users.db").unwrap(),
            Target::File("/srv/data/users.db".into())
        );
        assert_eq!(
            parse("sqlite:///var/users.db").unwrap(),
            Target::File("/var/users.db".into())
        );
        assert_eq!(
            parse("sqlite:/var/users.db").unwrap(),
            Target::File("/var/users.db".into())
        );
        assert_eq!(parse("sqlite::memory:").unwrap(), Target::Memory("main".into()));
        assert_eq!(parse("sqlite://:memory:").unwrap(), Target::Memory("main".into()));
        for (url, what) in [
            ("postgres://u:p@h/db", "PostgreSQL is not supported yet"),
            ("users.db", "is no database URL"),
            ("sqlite:", "names no file"),
            ("sqlite:a.db?mode=ro", "takes no options"),
        ] {
            let (message, help) = parse(url).unwrap_err();
            assert!(message.contains(what), "{message}");
            assert!(help.contains("main: \"sqlite:"), "{help}");
        }
        assert!(!parse("oracle://me:geheim@h/db").unwrap_err().0.contains("geheim"));
    }
}

//! Which database a line of `[databases]` means.

use std::path::Path;

use super::{engine::DatabaseTarget, postgres::Server};
use crate::storage::store::{Durability, sqlite::Location};

/// Reads a value of `[databases]`. Relative paths start at `folder`. The error says what is wrong, then what to write.
pub(super) fn parse(name: &str, url: &str, folder: &Path) -> Result<DatabaseTarget, (String, String)> {
    let remedy = || format!("write `{name}: \"sqlite:{name}.db\"`");
    let (scheme, path) = url.split_once(':').unwrap_or_default();
    match scheme {
        "sqlite" => Location::parse(path, folder, name)
            .map(|location| DatabaseTarget::Sqlite(location, Durability::default()))
            .map_err(|bad| {
                let instead = bad.instead.map(|url| format!("write `{name}: \"{url}\"`"));
                (bad.message.into(), instead.unwrap_or_else(remedy))
            }),
        "postgres" | "postgresql" => Server::parse(url).map(DatabaseTarget::Postgres).map_err(|why| {
            let instead = format!("write `{name}: \"postgres://user:password@127.0.0.1:5432/{name}\"`");
            (why.into(), instead)
        }),
        "mysql" | "mariadb" => Err(("MySQL is not supported".into(), remedy())),
        _ => Err((format!("`{}` is no database URL", without_password(url)), remedy())),
    }
}

/// Whatever stands between `://` and `@` may be a password.
fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(start), Some(end)) if start < end => format!(
            "{}://***{}",
            url.get(..start).unwrap_or_default(),
            url.get(end..).unwrap_or_default()
        ),
        _ => url.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn urls() {
        let parse = |url| super::parse("main", url, Path::new("/srv")).map(|target| target.show());
        for (url, shown) in [
            ("sqlite:users.db", "sqlite:/srv/users.db"),
            ("sqlite://data/users.db", "sqlite:/srv/data/users.db"),
            ("sqlite:///var/users.db", "sqlite:/var/users.db"),
            ("sqlite:/var/users.db", "sqlite:/var/users.db"),
            ("sqlite::memory:", "sqlite::memory:"),
            ("sqlite://:memory:", "sqlite::memory:"),
            ("postgres://me:geheim@h/app", "postgres://h:5432/app"),
        ] {
            assert_eq!(parse(url).unwrap(), shown);
        }
        for (url, what) in [
            ("users.db", "is no database URL"),
            ("sqlite:", "names no file"),
            ("sqlite:a.db?mode=ro", "takes no options"),
            ("sqlite:a.db\0.txt", "a zero byte"),
            ("sqlite:.", "names a folder"),
        ] {
            let (message, help) = parse(url).unwrap_err();
            assert!(message.contains(what), "{message}");
            assert!(help.contains("main: \"sqlite:"), "{help}");
        }
        for (url, instead) in [
            ("sqlite:.", "sqlite:data.db"),
            ("sqlite://..", "sqlite:../data.db"),
            ("sqlite:data/", "sqlite:data/data.db"),
            ("sqlite:data/.", "sqlite:data/data.db"),
            ("sqlite:/srv/..", "sqlite:/srv/../data.db"),
            ("sqlite:/", "sqlite:/data.db"),
        ] {
            let (_, help) = parse(url).unwrap_err();
            assert_eq!(help, format!("write `main: \"{instead}\"`"), "{url}");
        }
        let (message, help) = parse("postgres://me:geheim@h").unwrap_err();
        assert!(message.contains("must name one database"), "{message}");
        assert!(help.contains("main: \"postgres://user:password@"), "{help}");
        assert!(!parse("oracle://me:geheim@h/db").unwrap_err().0.contains("geheim"));
    }
}

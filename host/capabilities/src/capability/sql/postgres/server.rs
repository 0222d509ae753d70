//! Which server and database a URL means.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use tokio_postgres::config::SslMode;
use url::Url;

const PORT: u16 = 5432;

/// What a `postgres://` URL says. It holds a password, so it is never printed: `show` is.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(in super::super) struct Server {
    pub(super) address: PostgresAddress,
    pub(super) tls: TlsMode,
    user: String,
    password: String,
    pub(super) database: String,
    shown: String,
    /// A pooler hands each transaction another of the server's connections.
    pub(super) is_pooled: bool,
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum PostgresAddress {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

/// `sslmode` of the URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum TlsMode {
    Disable,
    /// Where the server offers it, whoever it is.
    Prefer,
    /// With a server whose certificate this machine trusts.
    Require,
}

impl Server {
    /// The error says what is wrong. It never holds a part of the URL: any part may be a password that was written
    /// without its escapes.
    pub(in super::super) fn parse(url: &str) -> Result<Self, &'static str> {
        let url = Url::parse(url).map_err(
            |_| "this is no URL of a PostgreSQL server (in a password, % is %25, @ is %40, / is %2F, # is %23)",
        )?;
        if url.fragment().is_some() {
            return Err("a # in the password of a URL is written %23");
        }
        let tls = tls(&url)?;
        let host = decode(url.host_str().unwrap_or_default())?;
        let user = decode(url.username())?;
        let database = decode(url.path().trim_start_matches('/'))?;
        if host.is_empty() {
            return Err("the URL names no host");
        }
        if user.is_empty() {
            return Err("the URL names no user");
        }
        if database.is_empty() || url.path().get(1..).unwrap_or_default().contains('/') {
            return Err("the URL must name one database after the host: /app");
        }
        let port = url.port().unwrap_or(PORT);
        let (address, tls) = if host.starts_with('/') {
            let socket = PathBuf::from(&host).join(format!(".s.PGSQL.{port}"));
            (PostgresAddress::Unix(socket), TlsMode::Disable)
        } else {
            let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
            (PostgresAddress::Tcp { host, port }, tls)
        };
        Ok(Self {
            address,
            tls,
            user,
            password: decode(url.password().unwrap_or_default())?,
            database,
            shown: format!("postgres://{}:{port}{}", url.host_str().unwrap_or_default(), url.path()),
            is_pooled: false,
        })
    }

    /// The same behind a pooler that knows no prepared statements beyond one transaction.
    pub(in super::super) fn pooled(self) -> Self {
        Self {
            is_pooled: true,
            ..self
        }
    }

    /// As grants and messages show it.
    pub(in super::super) fn show(&self) -> &str {
        &self.shown
    }

    /// What the driver has to know.
    pub(super) fn config(&self) -> tokio_postgres::Config {
        let mut config = tokio_postgres::Config::new();
        config
            .user(&self.user)
            .dbname(&self.database)
            .application_name("tusk-host")
            .ssl_mode(match self.tls {
                TlsMode::Disable => SslMode::Disable,
                TlsMode::Prefer => SslMode::Prefer,
                TlsMode::Require => SslMode::Require,
            });
        if !self.password.is_empty() {
            config.password(&self.password);
        }
        config
    }
}

fn tls(url: &Url) -> Result<TlsMode, &'static str> {
    let mut tls = TlsMode::Prefer;
    for (key, value) in url.query_pairs() {
        if key != "sslmode" {
            return Err("the URL takes no option but sslmode");
        }
        tls = match &*value {
            "disable" => TlsMode::Disable,
            "prefer" => TlsMode::Prefer,
            "require" | "verify-full" => TlsMode::Require,
            _ => return Err("sslmode is disable, prefer, or require (which verifies the server's certificate)"),
        };
    }
    Ok(tls)
}

fn decode(text: &str) -> Result<String, &'static str> {
    let text = percent_decode_str(text).decode_utf8();
    let text = text.map_err(|_| "a part of the URL is no UTF-8")?;
    if text.contains('\0') {
        // The protocol's strings end there.
        return Err("a part of the URL contains a zero byte");
    }
    Ok(text.into_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_urls_say() {
        for (url, shown, tls) in [
            (
                "postgres://me:geheim@db.example:6432/app",
                "postgres://db.example:6432/app",
                TlsMode::Prefer,
            ),
            (
                "postgresql://me@127.0.0.1/app?sslmode=disable",
                "postgres://127.0.0.1:5432/app",
                TlsMode::Disable,
            ),
            (
                "postgres://me:a%40b%2Fc%25@[::1]/app?sslmode=require",
                "postgres://[::1]:5432/app",
                TlsMode::Require,
            ),
            (
                "postgres://me:p@ss@h/my%20app?sslmode=verify-full",
                "postgres://h:5432/my%20app",
                TlsMode::Require,
            ),
            (
                "postgres://me@%2Frun%2Fpostgresql/app?sslmode=require",
                "postgres://%2Frun%2Fpostgresql:5432/app",
                TlsMode::Disable,
            ),
        ] {
            let server = Server::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
            assert_eq!((server.show(), server.tls), (shown, tls));
        }
        let parsed = |url| Server::parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(parsed("postgres://me:a%40b%2Fc%25@[::1]/app").password, "a@b/c%");
        assert_eq!(parsed("postgres://me:p@ss@h/app").password, "p@ss");
        assert!(
            matches!(&parsed("postgres://me@[::1]/app").address, PostgresAddress::Tcp { host, .. } if host == "::1")
        );
        let unix = parsed("postgres://me@%2Frun%2Fpostgresql:5433/app").address;
        assert!(matches!(unix, PostgresAddress::Unix(path) if path.ends_with("run/postgresql/.s.PGSQL.5433")));
    }

    #[test]
    fn wrong_urls_are_told_without_their_passwords() {
        for (url, says) in [
            ("postgres://", "no host"),
            ("postgres:///app", "no host"),
            ("postgres:app", "no host"),
            ("postgres://h/app", "no user"),
            ("postgres://me:geheim@h", "one database"),
            ("postgres://me:geheim@h/", "one database"),
            ("postgres://me:geheim@h/a/b", "one database"),
            ("postgres://me:geheim@h:port/app", "no URL"),
            ("postgres://me:geheim#x@h/app", "no URL"),
            ("postgres://me@h/app#geheim", "%23"),
            ("postgres://me:geheim@h/app?sslmode=allow", "sslmode is disable"),
            ("postgres://me:geheim@h/app?geheim=1", "no option but sslmode"),
        ] {
            let error = Server::parse(url).err().unwrap_or_else(|| panic!("{url}"));
            assert!(error.contains(says) && !error.contains("geheim"), "{url}: {error}");
        }
    }
}

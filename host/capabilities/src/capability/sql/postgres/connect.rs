//! How connections to a server are made, and how the statement on one is cancelled.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
};

use deadpool_postgres::Connect;
use tokio::task::JoinHandle;
use tokio_postgres::{CancelToken, Client, Config, Error, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    bounded::BoundedStream,
    server::{PostgresAddress, Server, TlsMode},
    session,
    tls::{self, Handshake},
    wire::Socket,
};
use crate::observe::tasks;

/// The way to one server.
pub(super) struct Link {
    pub(super) server: Server,
    tls: OnceLock<Result<Option<MakeRustlsConnect>, rustls::Error>>,
}

impl Link {
    pub(super) fn new(server: Server) -> Self {
        Self {
            server,
            tls: OnceLock::new(),
        }
    }

    pub(super) fn begin(&self) -> &'static str {
        if self.server.is_pooled {
            session::shared_begin()
        } else {
            "BEGIN"
        }
    }

    pub(super) fn commit(&self) -> &'static str {
        if self.server.is_pooled {
            session::shared_commit()
        } else {
            "COMMIT"
        }
    }

    pub(super) fn rollback(&self) -> &'static str {
        if self.server.is_pooled {
            session::shared_rollback()
        } else {
            "ROLLBACK"
        }
    }

    /// What brings a connection back to how it began; nothing where no transaction has left anything behind.
    pub(super) fn clean(&self, is_open: bool) -> Option<&'static str> {
        match (self.server.is_pooled, is_open) {
            (true, true) => Some(session::shared_rollback()),
            (true, false) => None,
            (false, true) => Some(session::rolled_back()),
            (false, false) => Some(session::fresh()),
        }
    }

    /// Asks the server to stop the statement that runs. It may arrive after that statement's end.
    pub(super) async fn cancel(&self, token: &CancelToken) -> Result<(), Error> {
        let (stream, handshake) = self.open().await;
        token.cancel_query_raw(stream, handshake).await
    }

    async fn connect(&self, config: &Config) -> Result<(Client, JoinHandle<()>), Error> {
        let (stream, handshake) = self.open().await;
        let (client, mut connection) = config.connect_raw(stream, handshake).await?;
        // Notices are for nobody, and a statement may raise any number of them.
        let driver =
            async move { while let Some(Ok(_)) = poll_fn(|context| connection.poll_message(context)).await {} };
        let driver = tasks::run("postgres_connection", driver);
        if self.server.is_pooled {
            learn_types(&client).await?;
        } else {
            client.batch_execute(session::fresh()).await?;
        }
        Ok((client, driver))
    }

    async fn open(&self) -> (BoundedStream<Socket>, Handshake) {
        let tls = self.tls.get_or_init(|| tls::client(self.server.tls)).clone();
        let (tls, socket) = match tls {
            Ok(tls) => (tls, Socket::open(&self.server.address).await),
            Err(error) => (None, Socket::failed(io::Error::other(error))),
        };
        let host = match &self.server.address {
            PostgresAddress::Tcp { host, .. } => host,
            PostgresAddress::Unix(_) => "",
        };
        let stream = match self.server.tls {
            TlsMode::Disable => BoundedStream::new(socket),
            TlsMode::Prefer | TlsMode::Require => BoundedStream::with_greeting(socket),
        };
        (stream, Handshake::new(tls, host))
    }
}

/// The driver asks for a type that it does not know by statements that it prepares once: all at once, in one transaction,
/// behind a pooler. A type that is made later is known to the next connection.
async fn learn_types(client: &Client) -> Result<(), Error> {
    const NAMES: &str = "SELECT t.oid::regtype::text FROM pg_catalog.pg_type AS t WHERE t.typtype IN ('b', 'd', 'e', 'r') \
        AND t.typcategory <> 'A' AND t.oid >= 16384 ORDER BY t.oid LIMIT 500";
    client.batch_execute("BEGIN").await?;
    let mut columns = Vec::new();
    for message in client.simple_query(NAMES).await? {
        if let SimpleQueryMessage::Row(row) = message
            && let Some(name) = row.get(0)
        {
            columns.push(format!("NULL::{name}, NULL::{name}[]"));
        }
    }
    if !columns.is_empty() {
        client.prepare(&format!("SELECT {}", columns.join(", "))).await?;
    }
    client.batch_execute(session::shared_commit()).await
}

/// For the pool.
pub(super) struct Dialer(pub(super) Arc<Link>);

impl Connect for Dialer {
    fn connect(
        &self,
        config: &Config,
    ) -> Pin<Box<dyn Future<Output = Result<(Client, JoinHandle<()>), Error>> + Send + '_>> {
        let config = config.clone();
        Box::pin(async move { self.0.connect(&config).await })
    }
}

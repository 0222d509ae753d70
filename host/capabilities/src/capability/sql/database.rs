//! One database of the file: where it is, and what sets it up.

use std::{path::Path, sync::Arc, time::Instant};

use tokio::{sync::OnceCell, time::timeout_at};
use tsk::{Diagnostic, Node, Span};

use super::{
    engine::{DatabaseTarget, Lease, Rehearsed},
    error::SqlError,
    pools::{Opened, Pools},
    shown, target,
};
use crate::{
    base::{explain::Explain, section::Section},
    observe::{metrics, operation::Operation, traces::Trace},
    storage::store::Durability,
};

pub(super) struct Database {
    pub(super) opened: Arc<Opened>,
    meter: Arc<metrics::DependencyMeter>,
    span: Span,
    /// What to run when it is opened: its tables.
    setup: Option<(String, Span)>,
    is_set_up: OnceCell<()>,
}

impl Database {
    /// Reads an entry of `[databases]`. Opens nothing.
    pub(super) fn read(pools: &Pools, name: &str, node: &Node, folder: &Path) -> Result<Self, Vec<Diagnostic>> {
        let parts = DatabaseParts::read(name, node)?;
        let target = parts.target(name, folder).map_err(|wrong| vec![*wrong])?;
        Ok(Self {
            opened: pools.get(&target),
            meter: pools.metrics.dependency("sql", name),
            span: parts.url.span,
            setup: parts.setup,
            is_set_up: OnceCell::new(),
        })
    }

    /// A statement on it, within `trace`.
    pub(super) fn operation(&self, trace: &Trace, name: &str, statement: &str) -> Operation<'_> {
        Operation::start(&self.meter, &trace.inner(), |span| {
            let target = &self.opened.target;
            shown::describe(
                span,
                target.system(),
                name,
                statement,
                &target.without_values(statement),
            );
        })
    }

    pub(super) fn show(&self) -> String {
        self.opened.target.show()
    }

    /// Opens it once, and runs its setup. A server that is down is left for its first user to open.
    pub(super) async fn open(&self, name: &str, deadline: Instant) -> Result<(), Diagnostic> {
        let lease = match self.opened.engine.lease(deadline).await {
            Ok(lease) => lease,
            // In use by a running call is open, too.
            Err(error) if error.is_busy() && self.setup.is_none() => return Ok(()),
            Err(error) => return self.not_yet(name, &error).ok_or_else(|| self.cannot_open(name, &error)),
        };
        match (self.set_up(&lease, deadline).await, &self.setup) {
            (Err(error), Some((_, span))) => {
                let later = self.not_yet(name, &error);
                later.ok_or_else(|| setup_failed(name, *span, &error))
            }
            _ => Ok(()),
        }
    }

    /// What opening it would say, or what could not be found out about that. Changes nothing.
    pub(super) async fn rehearse(&self, name: &str, deadline: Instant) -> Option<Diagnostic> {
        let (setup, at) = self.setup.as_ref().map(|(sql, span)| (sql.as_str(), *span)).unzip();
        let at = at.unwrap_or(self.span);
        let Opened { target, engine, .. } = &*self.opened;
        match target.rehearse(engine, setup, deadline).await {
            Rehearsed::Passed => None,
            Rehearsed::InPart(on) => {
                let message = format!("the setup of the database `{name}` was tried on {on}");
                Some(Diagnostic::warning("not-tried", message).at(at))
            }
            Rehearsed::NotTried(error) => {
                let message = format!(
                    "the database `{name}` ({}) was not tried: {}",
                    target.show(),
                    error.message()
                );
                Some(Diagnostic::warning("not-tried", message).at(self.span))
            }
            Rehearsed::CannotOpen(error) => Some(self.cannot_open(name, &error)),
            Rehearsed::Failed(error) => Some(setup_failed(name, at, &error)),
        }
    }

    /// Leaves a database that may be back by itself for its first use. None where somebody must do something.
    fn not_yet(&self, name: &str, error: &SqlError) -> Option<()> {
        let may = self.opened.target.may_come_back(error);
        may.then(|| tracing::warn!("the database `{name}` is left for its first use: {}", error.message()))
    }

    /// A connection to the database, as its setup has left it.
    pub(super) async fn lease(&self, deadline: Instant) -> Result<Lease, SqlError> {
        let lease = self.opened.engine.lease(deadline).await?;
        let done = self.set_up(&lease, deadline).await;
        done.map_err(|error| SqlError::Setup(Box::new(error)))?;
        Ok(lease)
    }

    /// Runs the setup, unless this version of the file has seen that it was.
    async fn set_up(&self, lease: &Lease, deadline: Instant) -> Result<(), SqlError> {
        let Some((setup, _)) = &self.setup else { return Ok(()) };
        let run = || async {
            // A save that leaves the setup alone does not write to the database.
            if !self.opened.has_run(setup) {
                lease.setup(deadline, setup.clone()).await?;
                self.opened.ran(setup);
            }
            Ok::<_, SqlError>(())
        };
        let running = self.is_set_up.get_or_try_init(run);
        // Another call may be the one that runs it.
        timeout_at(deadline.into(), running)
            .await
            .map_err(|_| SqlError::Late)??;
        Ok(())
    }

    /// Whether it answers by `deadline`. One whose connections are all in use does.
    pub(super) async fn check(&self, deadline: Instant) -> Result<(), SqlError> {
        match self.lease(deadline).await {
            Ok(lease) => lease.check(deadline).await,
            Err(error) if error.is_busy() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn cannot_open(&self, name: &str, error: &SqlError) -> Diagnostic {
        let target = &self.opened.target;
        let message = format!(
            "the database `{name}` ({}) cannot be opened: {}",
            target.show(),
            error.message()
        );
        Diagnostic::error("database-unavailable", message)
            .at(self.span)
            .help(target.help(error))
    }
}

/// What an entry of `[databases]` says.
struct DatabaseParts<'a> {
    url: &'a Node,
    setup: Option<(String, Span)>,
    durability: Option<&'a Node>,
    /// Where it says that there are no prepared statements.
    is_pooled: Option<Span>,
}

impl<'a> DatabaseParts<'a> {
    /// `NAME: "url"`, or `NAME: { url: "url", setup: "SQL", durability: "power" }`.
    fn read(name: &str, node: &'a Node) -> Result<Self, Vec<Diagnostic>> {
        if !matches!(node.value, tsk::Value::Object(_)) {
            return Ok(Self {
                url: node,
                setup: None,
                durability: None,
                is_pooled: None,
            });
        }
        let mut section = Section::of(format!("databases.{name}"), Some(node), &KEYS);
        let setup = section.text("setup", "\"CREATE TABLE IF NOT EXISTS …\"");
        let setup = setup.zip(section.get("setup"));
        let is_prepared = section.boolean("prepared_statements") != Some(false);
        let is_pooled = section.get("prepared_statements").filter(|_| !is_prepared);
        let durability = section.get("durability");
        let Some(url) = section.get("url") else {
            let message = format!("`databases.{name}` has no `url`");
            section.refuse(
                node,
                message,
                format!("write `{name}: {{ url: \"sqlite:{name}.db\" }}`"),
            );
            return Err(section.diagnostics);
        };
        section.finish(Self {
            url,
            setup: setup.map(|(sql, node)| (sql.to_owned(), node.span)),
            durability,
            is_pooled: is_pooled.map(|node| node.span),
        })
    }

    /// Where it is, and what a commit there survives.
    fn target(&self, name: &str, folder: &Path) -> Result<DatabaseTarget, Box<Diagnostic>> {
        let mut target = target(name, self.url, folder)?;
        if let Some(span) = self.is_pooled {
            target = target.pooled().ok_or_else(|| {
                let message = format!("`prepared_statements` of the database `{name}` is for PostgreSQL");
                Box::new(Diagnostic::error("database-url", message).at(span).help("remove it"))
            })?;
        }
        let Some(node) = self.durability else {
            return Ok(target);
        };
        let instead = matches!(target, DatabaseTarget::Postgres(_))
            .then_some("set `synchronous_commit` of the role or the database");
        let durability = Durability::read(node, &format!("databases.{name}.durability"), instead)?;
        Ok(target.durable(durability))
    }
}

const KEYS: [&str; 4] = ["url", "setup", "durability", "prepared_statements"];

fn target(name: &str, node: &Node, folder: &Path) -> Result<DatabaseTarget, Box<Diagnostic>> {
    let wrong = |message: String, help: String| {
        let message = format!("the database `{name}`{message}");
        Box::new(Diagnostic::error("database-url", message).at(node.span).help(help))
    };
    let url = match &node.value {
        tsk::Value::String(url) => url,
        tsk::Value::Secret(url) => url.reveal(),
        _ => {
            return Err(wrong(
                " must be a URL in a string".into(),
                format!("write `{name}: \"sqlite:{name}.db\"`"),
            ));
        }
    };
    target::parse(name, url, folder).map_err(|(message, help)| wrong(format!(": {message}"), help))
}

fn setup_failed(name: &str, span: Span, error: &SqlError) -> Diagnostic {
    let message = format!("the setup of the database `{name}` fails: {}", error.message());
    Diagnostic::error("database-setup", message)
        .at(span)
        .help("correct the SQL; what may be there already is `CREATE TABLE IF NOT EXISTS …`")
}

//! One database of the file: where it is, and what sets it up.

use std::{path::Path, sync::Arc, time::Instant};

use tokio::{sync::OnceCell, time::timeout_at};
use tsk::{Diagnostic, Node, Span};

use super::{
    engine::{Lease, Target},
    error::timeout,
    pools::{Opened, Pools},
    shown, target,
};
use crate::{bindings::Error, metrics, observe::Operation, traces::Trace};

pub(super) struct Database {
    pub(super) opened: Arc<Opened>,
    meter: Arc<metrics::Dependency>,
    span: Span,
    /// What to run when it is opened: its tables.
    setup: Option<(String, Span)>,
    is_set_up: OnceCell<()>,
}

impl Database {
    /// `NAME: "url"`, or `NAME: { url: "url", setup: "SQL" }`.
    pub(super) fn read(pools: &Pools, name: &str, node: &Node, folder: &Path) -> Result<Self, Box<Diagnostic>> {
        let (url, setup, is_pooled) = match &node.value {
            tsk::Value::Object(parts) => parts_of(name, node.span, parts)?,
            _ => (node, None, None),
        };
        let mut target = target(name, url, folder)?;
        if let Some(span) = is_pooled {
            target = target.pooled().ok_or_else(|| {
                let message = format!("`prepared_statements` of the database `{name}` is for PostgreSQL");
                Box::new(Diagnostic::error("database-url", message).at(span).help("remove it"))
            })?;
        }
        Ok(Self {
            opened: pools.get(&target),
            meter: pools.metrics.dependency("sql", name),
            span: url.span,
            setup,
            is_set_up: OnceCell::new(),
        })
    }

    /// A statement on it, within `trace`.
    pub(super) fn operation(&self, trace: &Trace, name: &str, statement: &str) -> Operation<'_> {
        Operation::start(&self.meter, &trace.inner(), |span| {
            shown::describe(span, &self.opened.target, name, statement);
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
            Err(error) if error.code == "busy" && self.setup.is_none() => return Ok(()),
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

    /// Leaves a database that may be back by itself for its first use. None where somebody must do something.
    fn not_yet(&self, name: &str, error: &Error) -> Option<()> {
        let may = self.opened.target.may_come_back(error);
        may.then(|| tracing::warn!("the database `{name}` is left for its first use: {}", error.message))
    }

    /// A connection to the database, as its setup has left it.
    pub(super) async fn lease(&self, deadline: Instant) -> Result<Lease, Error> {
        let lease = self.opened.engine.lease(deadline).await?;
        self.set_up(&lease, deadline).await.map_err(|error| {
            let message = format!("the database's setup fails: {}", error.message);
            Error { message, ..error }
        })?;
        Ok(lease)
    }

    /// Runs the setup, unless this version of the file has seen that it was.
    async fn set_up(&self, lease: &Lease, deadline: Instant) -> Result<(), Error> {
        let Some((setup, _)) = &self.setup else { return Ok(()) };
        let run = || async {
            // A save that leaves the setup alone does not write to the database.
            if !self.opened.has_run(setup) {
                lease.setup(deadline, setup.clone()).await?;
                self.opened.ran(setup);
            }
            Ok::<_, Error>(())
        };
        let running = self.is_set_up.get_or_try_init(run);
        // Another call may be the one that runs it.
        timeout_at(deadline.into(), running).await.map_err(|_| timeout())??;
        Ok(())
    }

    /// Whether it answers by `deadline`. One whose connections are all in use does.
    pub(super) async fn check(&self, deadline: Instant) -> Result<(), Error> {
        match self.lease(deadline).await {
            Ok(lease) => lease.check(deadline).await,
            Err(error) if error.code == "busy" => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn cannot_open(&self, name: &str, error: &Error) -> Diagnostic {
        let target = &self.opened.target;
        let message = format!(
            "the database `{name}` ({}) cannot be opened: {}",
            target.show(),
            error.message
        );
        Diagnostic::error("database-unavailable", message)
            .at(self.span)
            .help(target.help(error))
    }
}

/// The URL, the setup, and where it says that there are no prepared statements.
type Parts<'a> = (&'a Node, Option<(String, Span)>, Option<Span>);

fn parts_of<'a>(name: &str, span: Span, parts: &'a tsk::Object) -> Result<Parts<'a>, Box<Diagnostic>> {
    let wrong = |span, message: String| {
        let help = format!("write `{name}: {{ url: \"sqlite:{name}.db\", setup: \"CREATE TABLE IF NOT EXISTS …\" }}`");
        Box::new(Diagnostic::error("database-url", message).at(span).help(help))
    };
    const KEYS: [&str; 3] = ["url", "setup", "prepared_statements"];
    if let Some((key, unknown)) = parts.iter().find(|(key, _)| !KEYS.contains(&key.as_str())) {
        return Err(wrong(
            unknown.key_span,
            format!("the database `{name}` takes no `{key}`"),
        ));
    }
    let url = parts
        .get("url")
        .ok_or_else(|| wrong(span, format!("the database `{name}` has no `url`")))?;
    let is_pooled = match parts.get("prepared_statements").map(|node| (&node.value, node.span)) {
        None | Some((tsk::Value::Bool(true), _)) => None,
        Some((tsk::Value::Bool(false), span)) => Some(span),
        Some((_, span)) => {
            let message = format!("`prepared_statements` of the database `{name}` is true or false");
            let help = "write `prepared_statements: false` where a pooler shares connections between transactions";
            return Err(Box::new(Diagnostic::error("database-url", message).at(span).help(help)));
        }
    };
    match parts.get("setup").map(|setup| (&setup.value, setup.span)) {
        None => Ok((url, None, is_pooled)),
        Some((tsk::Value::String(sql), span)) => Ok((url, Some((sql.clone(), span)), is_pooled)),
        Some((_, span)) => Err(wrong(
            span,
            format!("the setup of the database `{name}` must be SQL in a string"),
        )),
    }
}

fn target(name: &str, node: &Node, folder: &Path) -> Result<Target, Box<Diagnostic>> {
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

fn setup_failed(name: &str, span: Span, error: &Error) -> Diagnostic {
    let message = format!("the setup of the database `{name}` fails: {}", error.message);
    Diagnostic::error("database-setup", message)
        .at(span)
        .help("correct the SQL; what may be there already is `CREATE TABLE IF NOT EXISTS …`")
}

//! `tusk-host events`.

use std::{fmt::Write as _, path::Path};

use serde_json::{Value, json};

use super::{
    arguments::{EventsAction, OutputFormat, Which},
    output::{self, CommandFailure},
    sealed,
};
use crate::{
    base::explain::Explain,
    service::{read, settings},
    storage::{
        queue::{Dead, Event, Fate, Progress, Queue, QueueError, QueueSettings, Queues},
        store::Stores,
    },
};

/// Works on the queue itself, whether services run or not.
pub(super) fn run(file: &Path, action: EventsAction) -> Result<(), CommandFailure> {
    output::start_log(OutputFormat::Text, "warn")?;
    let config = read::read(file)?;
    let failed = |diagnostics| read::LoadError {
        diagnostics,
        sources: config.sources.clone(),
        watch: Vec::new(),
    };
    let settings = QueueSettings::read(&config, file).map_err(failed)?;
    let service = settings::ServiceSettings::new(&config, &read::stem(file))
        .map_err(failed)?
        .service
        .name;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| CommandFailure::new(error.to_string()))?;
    let stores = Stores::default();
    let queue = Queues::default().get(&stores, &settings);
    runtime.block_on(act(&*queue, &service, action))
}

async fn act(queue: &dyn Queue, service: &str, action: EventsAction) -> Result<(), CommandFailure> {
    match action {
        EventsAction::ListDead { format } => output::print(&list(&queue.dead(service).await?, format)),
        EventsAction::Replay { which } => {
            let dead = chosen(queue.dead(service).await?, &which)?;
            let count = events(queue.lift(service, &dead, Fate::Replayed).await?);
            output::print(&format!("{count} to be delivered again"))
        }
        EventsAction::Discard { which } => {
            let dead = chosen(queue.dead(service).await?, &which)?;
            let count = events(queue.lift(service, &dead, Fate::Discarded).await?);
            output::print(&format!("{count} removed"))
        }
        EventsAction::Status { format } => output::print(&status(&queue.progress().await?, format)),
        EventsAction::Unsubscribe { service } => {
            if !queue.forget(&service).await? {
                let all = queue.progress().await?;
                let names: Vec<&str> = all.iter().map(|one| one.service.as_str()).collect();
                let help = format!("there are: {}", names.join(", "));
                return Err(CommandFailure::help(
                    format!("the queue has no service `{service}`"),
                    help,
                ));
            }
            output::print(&format!(
                "{service} takes no events of this queue until it is started again"
            ))
        }
    }
}

/// Those that were named, or all.
fn chosen(dead: Vec<Dead>, which: &Which) -> Result<Vec<Dead>, CommandFailure> {
    if which.all {
        return Ok(dead);
    }
    let ids: Vec<String> = dead.iter().map(id).collect();
    if let Some(unknown) = which.ids.iter().find(|id| !ids.contains(id)) {
        let help = "`list-dead` prints the ids that there are";
        return Err(CommandFailure::help(
            format!("there is no dead event `{unknown}`"),
            help,
        ));
    }
    let named = dead.into_iter().zip(ids).filter(|(_, id)| which.ids.contains(id));
    Ok(named.map(|(dead, _)| dead).collect())
}

/// Of what cannot be read, where it stands among the dead.
fn id(dead: &Dead) -> String {
    Event::parse(&dead.event).map_or_else(|_| dead.entry.clone(), |event| event.id)
}

fn list(dead: &[Dead], format: OutputFormat) -> String {
    if format == OutputFormat::Json {
        let all = dead.iter().map(|one| {
            let event = serde_json::from_str(&one.event).unwrap_or_else(|_| Value::from(one.event.as_str()));
            json!({ "id": id(one), "at": time(one.at), "attempts": one.attempts, "error": one.error, "event": event })
        });
        let all = Value::Array(all.collect());
        return sealed::lines(&format!("{all:#}"), false);
    }
    let mut text = String::new();
    for one in dead {
        let kind = Event::parse(&one.event).map_or_else(|_| "unreadable".into(), |event| event.kind);
        let (id, kind, at) = (sealed::cell(&id(one)), sealed::cell(&kind), time(one.at));
        let error = sealed::lines(&one.error.replace('\n', "\n    "), false);
        let _ = writeln!(
            text,
            "{id}  {kind}  {at}  after {} deliveries\n    {error}",
            one.attempts
        );
    }
    text + &format!("{} given up", events(dead.len() as u64))
}

fn status(all: &[Progress], format: OutputFormat) -> String {
    if format == OutputFormat::Json {
        return format!("{:#}", json!(all));
    }
    if all.is_empty() {
        return "no service takes events of this queue yet".to_owned();
    }
    let line = |one: &Progress| {
        let Progress {
            service,
            waiting,
            pending,
            dead,
        } = one;
        format!("{service}: {waiting} waiting, {pending} being handled or to be tried again, {dead} given up")
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn events(count: u64) -> String {
    format!("{count} {}", if count == 1 { "event" } else { "events" })
}

fn time(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds).map_or_else(|_| "?".into(), |time| time.to_string())
}

impl From<QueueError> for CommandFailure {
    fn from(error: QueueError) -> Self {
        Self::new(error.message())
    }
}

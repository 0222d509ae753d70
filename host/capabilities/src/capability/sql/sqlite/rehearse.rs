//! A database's setup, tried on a copy in memory.

use std::{sync::Arc, time::Instant};

use tokio::time::timeout_at;

use super::{super::error::SqlError, control::Control, error::explain, guard, statement};
use crate::{
    observe::tasks,
    storage::store::{
        Durability, StoreError,
        sqlite::{self, Copied, Location},
    },
};

/// Whether the database could be opened, which is said first, then what its setup would say. Changes nothing.
pub(in super::super) async fn rehearse(
    location: &Location,
    setup: Option<String>,
    deadline: Instant,
) -> Result<Result<Copied, SqlError>, SqlError> {
    let location = location.clone();
    let trying = tasks::block("rehearsal", move || {
        let control = Arc::new(Control::default());
        control.start(deadline)?;
        sqlite::look(&location).map_err(|error| explain(error, &control))?;
        let Some(setup) = setup else {
            return Ok(Ok(Copied::All));
        };
        let memory = Location::Memory("rehearsal".into());
        let explained = |error| explain(error, &control);
        let mut connection = guard::open(&memory, Durability::Process, &control).map_err(explained)?;
        let copied = control
            .as_host(|| sqlite::copy(&location, &mut connection))
            .map_err(explained)?;
        Ok(statement::setup(&connection, &control, &setup).map(|()| copied))
    });
    timeout_at(deadline.into(), trying)
        .await
        .map_err(|_| SqlError::Late)?
        .map_err(|_| StoreError::Gone)?
}

//! What a service keeps between its calls.
//!
//! `Tables` (process) keeps what SQLite files need over swaps, `State` (App) knows the place and the service's name.

mod codec;
mod error;
mod name;
mod redis;
mod sqlite;

#[cfg(test)]
mod tests;

use std::{future::Future, path::Path, sync::Arc, time::Instant};

use tokio::time::timeout_at;
use tsk::{Config, Diagnostic, Span};

pub(crate) use self::error::StateError;
use self::{error::WriteRefused, name::Name, redis::RedisState, sqlite::StateTable};
use super::{Capability, Grant, Reading};
use crate::{
    base::{explain::Explain, limits, section::Section, sections, value::Value},
    observe::metrics::Metrics,
    storage::store::{Durability, Place, SharedValues, Store, Stores, sqlite::Location},
};

/// The state in each file, kept across swaps.
#[derive(Default)]
pub struct StateTables {
    by_place: SharedValues<(Location, Durability), StateTable>,
}

/// Where one service keeps its state.
pub struct State {
    service: Arc<str>,
    engine: StateEngine,
    place: Place,
    /// `[state] url`, where the file has one.
    span: Option<Span>,
}

enum StateEngine {
    Sqlite(Arc<StateTable>),
    Redis(RedisState),
}

macro_rules! with_engine {
    ($state:expr, $engine:ident => $work:expr) => {
        match &$state.engine {
            StateEngine::Sqlite($engine) => $work,
            StateEngine::Redis($engine) => $work,
        }
    };
}

impl Capability for State {
    const NAME: &'static str = "state";
    type Kept = StateTables;
    type Error = StateError;

    fn kept(_metrics: &Arc<Metrics>) -> Self::Kept {
        StateTables::default()
    }

    fn read(tables: &StateTables, reading: &Reading<'_>) -> Result<Self, Vec<Diagnostic>> {
        Self::new(
            reading.stores,
            tables,
            reading.config,
            reading.service.clone(),
            reading.file,
        )
    }

    fn grants(&self) -> Vec<Grant> {
        let grant = |_| Grant {
            capability: "state",
            target: self.place.show(),
        };
        self.span.map(grant).into_iter().collect()
    }

    async fn connect(&self) -> Result<(), Vec<Diagnostic>> {
        let Some(span) = self.span else {
            return Ok(());
        };
        with_engine!(self, engine => engine.open().await)
            .map_err(|error| vec![Diagnostic::error("state-unavailable", error.message()).at(span)])
    }

    async fn rehearse(&self) -> Vec<Diagnostic> {
        let (Some(span), StateEngine::Sqlite(table)) = (self.span, &self.engine) else {
            return Vec::new();
        };
        let looked = table.look().await;
        let wrong = looked.map_err(|error| Diagnostic::error("state-unavailable", error.message()).at(span));
        wrong.err().into_iter().collect()
    }
}

impl State {
    /// `file` is the TSK file. Opens nothing: `connect` does, and the first use.
    pub fn new(
        stores: &Stores,
        tables: &StateTables,
        config: &Config,
        service: Arc<str>,
        file: &Path,
    ) -> Result<Self, Vec<Diagnostic>> {
        let setting = config.get("state.url");
        let mut diagnostics = Section::new(config, &sections::STATE).diagnostics;
        let place = Place::of_state(config, file).map_err(|mut wrong| diagnostics.append(&mut wrong));
        let (Ok(place), true) = (place, diagnostics.is_empty()) else {
            return Err(diagnostics);
        };
        let engine = match stores.at(&place) {
            Store::Sqlite(file, durability) => {
                let table = || StateTable::new(file.clone(), durability, stores.clock.clone());
                StateEngine::Sqlite(tables.by_place.get(&(file.location().clone(), durability), table))
            }
            Store::Redis(server) => StateEngine::Redis(RedisState::new(server)),
        };
        Ok(Self {
            service,
            engine,
            place,
            span: setting.map(|node| node.span),
        })
    }

    /// The value of a key, `Null` where there is none.
    pub async fn get(&self, deadline: Instant, key: String) -> Result<Value, StateError> {
        let name = self.name(key)?;
        let found = self.raw(deadline, name.clone()).await?;
        found.map_or(Ok(Value::Null), |bytes| {
            codec::decode(bytes).ok_or_else(|| StateError::Foreign(name.key.clone()))
        })
    }

    /// Replaces the value and the lifetime, in milliseconds; none: the value stays. `Null` deletes it.
    pub async fn set(
        &self,
        deadline: Instant,
        key: String,
        value: &Value,
        lifetime: Option<u64>,
    ) -> Result<(), StateError> {
        let (name, lifetime) = (self.name(key)?, checked(lifetime)?);
        let work = async {
            match encode(value)? {
                Some(value) => with_engine!(self, engine => engine.set(name, value, lifetime).await),
                None => with_engine!(self, engine => engine.delete(name).await).map(drop),
            }
        };
        self.within(deadline, work).await
    }

    /// Deletes the value; whether there was one.
    pub async fn delete(&self, deadline: Instant, key: String) -> Result<bool, StateError> {
        let name = self.name(key)?;
        let work = async { with_engine!(self, engine => engine.delete(name).await) };
        self.within(deadline, work).await
    }

    /// Adds to an integer and gives the sum; no value counts as 0, and only then does `lifetime` count, in
    /// milliseconds.
    pub async fn increment(
        &self,
        deadline: Instant,
        key: String,
        by: i64,
        lifetime: Option<u64>,
    ) -> Result<i64, StateError> {
        let (name, lifetime) = (self.name(key)?, checked(lifetime)?);
        let work = async { with_engine!(self, engine => engine.increment(name, by, lifetime).await) };
        self.within(deadline, work).await
    }

    /// As [`Self::set`], if the value equals `expected`, where `Null` is no value; whether it did. JSON is compared as
    /// data.
    pub async fn compare_and_set(
        &self,
        deadline: Instant,
        key: String,
        expected: &Value,
        value: &Value,
        lifetime: Option<u64>,
    ) -> Result<bool, StateError> {
        let (name, lifetime) = (self.name(key)?, checked(lifetime)?);
        let (expected, value) = (encode(expected)?, encode(value)?);
        let is_json = matches!(expected.as_deref(), Some([b'j', ..]));
        loop {
            // The engines compare bytes: JSON is compared here, and the spelling that is there is what must not change.
            let expected = if is_json {
                let found = self.raw(deadline, name.clone()).await?;
                match found.filter(|found| expected.as_ref().is_some_and(|expected| codec::same(found, expected))) {
                    Some(found) => Some(found),
                    None => return Ok(false),
                }
            } else {
                expected.clone()
            };
            let (name, value) = (name.clone(), value.clone());
            let work = async { with_engine!(self, engine => engine.swap(name, expected, value, lifetime).await) };
            let done = self.within(deadline, work).await?;
            if done || !is_json {
                return Ok(done);
            }
        }
    }

    /// Gives the value a new lifetime, in milliseconds from now; none: it stays. Whether there was a value.
    pub async fn expire(&self, deadline: Instant, key: String, lifetime: Option<u64>) -> Result<bool, StateError> {
        let (name, lifetime) = (self.name(key)?, checked(lifetime)?);
        let work = async { with_engine!(self, engine => engine.expire(name, lifetime).await) };
        self.within(deadline, work).await
    }

    /// Milliseconds until the value expires; none where it does not, and where there is none.
    pub async fn expires_in(&self, deadline: Instant, key: String) -> Result<Option<u64>, StateError> {
        let name = self.name(key)?;
        let work = async { with_engine!(self, engine => engine.expires_in(name).await) };
        self.within(deadline, work).await
    }

    async fn raw(&self, deadline: Instant, name: Name) -> Result<Option<Vec<u8>>, StateError> {
        let work = async { with_engine!(self, engine => engine.get(name).await) };
        self.within(deadline, work).await
    }

    fn name(&self, key: String) -> Result<Name, StateError> {
        if key.is_empty() || key.len() > limits::STATE_KEY {
            return Err(StateError::Key(key.len()));
        }
        Ok(Name {
            service: self.service.clone(),
            key,
        })
    }

    async fn within<T>(
        &self,
        deadline: Instant,
        work: impl Future<Output = Result<T, StateError>>,
    ) -> Result<T, StateError> {
        let done = timeout_at(deadline.into(), work).await;
        done.unwrap_or_else(|_| Err(StateError::Late(self.place.show())))
    }
}

fn encode(value: &Value) -> Result<Option<Vec<u8>>, StateError> {
    let bytes = value.payload();
    if bytes > limits::STATE_VALUE {
        return Err(StateError::TooLarge(bytes));
    }
    codec::encode(value)
}

fn checked(lifetime: Option<u64>) -> Result<Option<u64>, StateError> {
    match lifetime {
        Some(0) => Err(StateError::NoLifetime),
        Some(time) if u128::from(time) > limits::STATE_LIFETIME.as_millis() => Err(StateError::LongLifetime),
        other => Ok(other),
    }
}

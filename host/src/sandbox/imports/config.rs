//! What a guest calls `config`: the values of the file.

use crate::{
    capability::{
        config::{ConfigError, ConfigLookup, validate},
        deferred::ValueReader,
    },
    observe::tasks,
    sandbox::{
        bindings::{self, Error, Value, config::Entry},
        call::Call,
        fault::ImportError,
        imports::wit::error_of,
    },
};

impl bindings::config::Host for Call {
    fn get(&mut self, key: String) -> Entry {
        let values = self.context.capabilities.config.of(&mut self.sessions.config);
        match values.get(&self.section, &key) {
            ConfigLookup::Nothing => Entry::Missing,
            ConfigLookup::Plain(value) => Entry::Plain(value.clone().into()),
            // Why it is refused, `evaluate` says.
            ConfigLookup::Deferred(_) | ConfigLookup::Kept(_) => Entry::Deferred,
        }
    }

    async fn evaluate(&mut self, key: String) -> Result<Option<Value>, Error> {
        let context = self.context.clone();
        let values = context.capabilities.config.of(&mut self.sessions.config);
        let value = match values.get(&self.section, &key) {
            ConfigLookup::Nothing => return Ok(None),
            ConfigLookup::Plain(value) => value.clone(),
            ConfigLookup::Kept(path) => return Err(ConfigError::Kept(path).into()),
            ConfigLookup::Deferred(node) => {
                let reach = context.capabilities.reach();
                let mut reader = ValueReader::new(reach, &self.origin, &self.sessions.sql, self.deadline);
                let value = reader.read(node).await;
                value.map_err(|failed| error_of(failed.explain(&context.sources)))?
            }
        };
        self.retain(value.payload())?;
        Ok(Some(value.into()))
    }

    async fn validate(&mut self, document: String, schema: String) -> Result<Vec<String>, Error> {
        // Patterns may take their time, which the threads of calls have not.
        let checking = tasks::block("validate", move || validate(&document, &schema));
        let errors = checking.await.map_err(|_| ImportError::Unfinished)??;
        self.retain(errors.iter().map(String::len).sum())?;
        Ok(errors)
    }
}

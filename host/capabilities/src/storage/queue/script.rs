//! Lua scripts that Redis runs.

use std::{sync::OnceLock, time::Duration};

use redis::{Cmd, Value};

use super::QueueError;
use crate::{
    base::limits,
    storage::store::redis::{RedisRefusal, RedisServer},
};

macro_rules! script {
    ($name:ident: $($file:literal),*) => {
        static $name: Script = Script::new(concat!($(include_str!(concat!("lua/", $file, ".lua"))),*));
    };
}
pub(super) use script;

/// A Lua script: several commands that nothing comes between.
pub(super) struct Script {
    text: &'static str,
    sha: OnceLock<String>,
}

impl Script {
    pub(super) const fn new(text: &'static str) -> Self {
        Self {
            text,
            sha: OnceLock::new(),
        }
    }

    pub(super) async fn run(
        &self,
        server: &RedisServer,
        keys: &[&str],
        arguments: &[&str],
    ) -> Result<Value, QueueError> {
        if let Some(sha) = self.sha.get() {
            match server.run(&call(sha, keys, arguments), TIME).await {
                // A server that was started anew.
                Err(error) if error.refusal() == Some(RedisRefusal::NoScript) => {}
                result => return Ok(result?),
            }
        }
        let mut load = Cmd::new();
        load.arg("SCRIPT").arg("LOAD").arg(self.text);
        let sha = text(&server.run(&load, TIME).await?);
        let call = call(self.sha.get_or_init(|| sha), keys, arguments);
        Ok(server.run(&call, TIME).await?)
    }
}

const TIME: Duration = limits::REDIS_COMMAND;

fn call(sha: &str, keys: &[&str], arguments: &[&str]) -> Cmd {
    let mut command = Cmd::new();
    command.arg("EVALSHA").arg(sha).arg(keys.len()).arg(keys).arg(arguments);
    command
}

/// A command, by its words.
pub(super) fn command(words: &[&str]) -> Cmd {
    let mut command = Cmd::new();
    command.arg(words);
    command
}

/// A reply that is one text.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::BulkString(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::SimpleString(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        _ => String::new(),
    }
}

/// A reply that is one number, or the text of one.
pub(super) fn number(value: &Value) -> i64 {
    match value {
        Value::Int(number) => *number,
        other => text(other).parse().unwrap_or(0),
    }
}

pub(super) fn list(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        _ => &[],
    }
}

/// The value of `name` in a flat list of names and values.
pub(super) fn field<'a>(list: &'a [Value], name: &str) -> &'a Value {
    list.as_chunks::<2>()
        .0
        .iter()
        .find(|[own, _]| text(own) == name)
        .map_or(&Value::Nil, |[_, value]| value)
}

//! What JavaScript throws: errors that say their HTTP status, and everything else, which is a fault of the code.

use std::arch::wasm32;

use rquickjs::{Ctx, Exception, FromJs, Function, Object, Value, function::Constructor};
use tusk::bindings::tusk::fujsen::{fujsen, types::Error};

use crate::{engine, value::Text};

/// Throws the host's error as an `HttpError`.
pub(crate) fn throw(ctx: &Ctx<'_>, error: Error) -> rquickjs::Error {
    let made = engine::sdk().map(|sdk| {
        let class: Constructor = sdk.http_error.clone().restore(ctx)?;
        class.construct::<_, Value>((error.status, error.message, error.code))
    });
    match made {
        Some(Ok(value)) => ctx.throw(value),
        Some(Err(error)) => error,
        None => Exception::throw_internal(ctx, "the SDK is not loaded"),
    }
}

/// The plain facts of what was thrown.
pub(crate) struct Thrown {
    /// That of an `HttpError`; 0 for anything else.
    status: u16,
    /// That of an `HttpError`.
    code: String,
    /// With the error's name before it, unless it is an `HttpError`.
    pub(crate) message: String,
    /// The engine's lines, `    at name (file:line:column)`.
    pub(crate) stack: String,
}

impl Thrown {
    /// Asks the SDK, which survives getters and proxies.
    pub(crate) fn new<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Self {
        let described = engine::sdk().and_then(|sdk| {
            let describe: Function = sdk.describe.clone().restore(ctx).ok()?;
            describe.call::<_, Object>((value.clone(),)).ok()
        });
        // Before the SDK is there, what was thrown is a plain error of the engine's own.
        let own = || engine::sdk().map_or_else(|| value.into_object(), |_| None);
        let Some(source) = described.or_else(own) else {
            return Self::unknown();
        };
        let text = |name: &str| {
            let value: Option<Value> = source.get(name).ok();
            value
                .and_then(|value| Text::from_js(ctx, value).ok())
                .map_or_else(String::new, |text| text.0)
        };
        let status = source.get::<_, u16>("status").unwrap_or(0);
        let (name, message) = (text("name"), text("message"));
        Self {
            status,
            code: text("code"),
            message: match (name.as_str(), message.as_str()) {
                (_, message) if status > 0 => message.to_owned(),
                ("", _) => message,
                (_, "") => name,
                (name, message) => format!("{name}: {message}"),
            },
            stack: text("stack"),
        }
    }

    fn unknown() -> Self {
        Self {
            status: 0,
            code: String::new(),
            message: "something that cannot be described was thrown".to_owned(),
            stack: String::new(),
        }
    }

    /// The message, and the lines of the stack that are the author's.
    pub(crate) fn with_stack(&self) -> String {
        let stack = self.stack.lines().filter(|line| place(line).is_some());
        let lines: Vec<&str> = std::iter::once(self.message.as_str()).chain(stack).collect();
        lines.join("\n")
    }

    /// File, line and column of the first line of the stack that has them.
    pub(crate) fn place(&self) -> Option<(&str, u32, u32)> {
        self.stack.lines().find_map(place)
    }
}

/// That of `    at name (file:line:column)`, in one of the texts.
fn place(line: &str) -> Option<(&str, u32, u32)> {
    let line = line.trim().trim_end_matches(')');
    let (rest, column) = line.rsplit_once(':')?;
    let (rest, row) = rest.rsplit_once(':')?;
    let file = rest
        .rsplit_once('(')
        .map_or_else(|| rest.strip_prefix("at ").unwrap_or(rest), |(_, file)| file);
    // The SDK's own files, and what the engine names when it has read a text of its own, help nobody.
    if file.starts_with("tusk:") || file.starts_with('<') {
        return None;
    }
    Some((file, row.parse().ok()?, column.parse().ok()?))
}

/// The error that a call ends with: that of an `HttpError`; anything else is told as a panic, and does not return.
pub(crate) fn end<'js>(ctx: &Ctx<'js>, value: Value<'js>) -> Error {
    let thrown = Thrown::new(ctx, value);
    if thrown.status > 0 {
        return Error {
            status: thrown.status,
            code: thrown.code,
            message: thrown.message,
        };
    }
    let (file, line, column) = thrown.place().unwrap_or_default();
    fujsen::panic(&thrown.with_stack(), file, line, column);
    wasm32::unreachable()
}

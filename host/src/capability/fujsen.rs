use super::{did_you_mean, payload};
use crate::{
    base::{
        arguments,
        bindings::{self, Error, Reply, Value},
        escape, limits,
    },
    sandbox::{
        call::{Call, Panic},
        module::Handler,
    },
    service::app::App,
};

impl bindings::fujsen::Host for Call {
    async fn call(&mut self, name: String, arguments: Vec<(String, Value)>) -> Result<Value, Error> {
        let depth = self.depth + 1;
        if depth > limits::CALL_DEPTH {
            let message = format!(
                "`{}` calls `{name}` at depth {depth}: fujsens may call each other {} deep",
                self.fujsen,
                limits::CALL_DEPTH
            );
            return Err(Error::new(500, "too-deep", message));
        }
        let app = self.app.clone();
        let handler = find(&app, &self.section, &name)?;
        let arguments = arguments::bind_named(handler.function(), arguments)?;
        let mut call = Call::new(&app, handler, self.origin.clone(), self.deadline, depth);
        call.sessions.config = app.capabilities.config.share(&mut self.sessions.config);
        let reply = app.run_call(handler, arguments, call).await?;
        let body = body(reply)?;
        self.retain(payload(&body))?;
        Ok(body)
    }

    fn fail(&mut self, mut error: Error) {
        shorten(&mut error.message, limits::ERROR_TEXT);
        self.failure = Some(error);
    }

    fn panic(&mut self, mut message: String, mut file: String, line: u32, column: u32) {
        shorten(&mut message, limits::ERROR_TEXT);
        shorten(&mut file, limits::PANIC_FILE);
        self.panic = Some(Panic {
            message,
            file,
            line,
            column,
        });
    }
}

/// What a guest says of its end is kept until it has ended.
fn shorten(text: &mut String, most: usize) {
    if text.len() > most {
        *text = escape::capped(text, most).into_owned();
    }
}

/// A name of the own section comes before the same path from the top.
fn find<'a>(app: &'a App, section: &str, name: &str) -> Result<&'a Handler, Error> {
    let own = if section.is_empty() {
        None
    } else {
        app.handlers.get(format!("{section}.{name}").as_str())
    };
    own.or_else(|| app.handlers.get(name)).ok_or_else(|| {
        let hint = did_you_mean(name, app.handlers.keys().map(|path| &**path));
        Error::new(
            500,
            "unknown-fujsen",
            format!("no fujsen `{name}`{hint}; others are called as `section.name`"),
        )
    })
}

/// What the callee answered, or the error that its status amounts to.
fn body(reply: Reply) -> Result<Value, Error> {
    if reply.status < 400 {
        return Ok(reply.body);
    }
    let code = match reply.status {
        400 => "bad-request",
        404 => "not-found",
        409 => "conflict",
        503 => "unavailable",
        _ => "failed",
    };
    let message = match reply.body {
        Value::Text(text) => text,
        Value::Json(text) => message(&text).unwrap_or(text),
        _ => format!("it answered {}", reply.status),
    };
    Err(Error::new(reply.status, code, message))
}

/// The `message` of a JSON object.
fn message(json: &str) -> Option<String> {
    let object: serde_json::Value = serde_json::from_str(json).ok()?;
    Some(object.get("message")?.as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body_value: Value) -> Result<Value, (u16, String, String)> {
        body(Reply {
            status,
            headers: Vec::new(),
            body: body_value,
        })
        .map_err(|error| (error.status, error.code, error.message))
    }

    #[test]
    fn a_failed_status_is_an_error() {
        assert_eq!(answer(0, Value::Integer(1)), Ok(Value::Integer(1)));
        assert_eq!(answer(201, Value::Null), Ok(Value::Null));
        let error = |status, code: &str, message: &str| Err((status, code.to_owned(), message.to_owned()));
        assert_eq!(
            answer(404, Value::Text("no user 7".into())),
            error(404, "not-found", "no user 7")
        );
        let json = Value::Json(r#"{"message": "taken"}"#.into());
        assert_eq!(answer(409, json), error(409, "conflict", "taken"));
        assert_eq!(answer(418, Value::Null), error(418, "failed", "it answered 418"));
    }
}

//! What a guest calls `fujsen`: calls of other fujsens, and how it says that it failed.

use crate::{
    base::{escape, limits},
    sandbox::{
        bindings::{self, Error, Value},
        call::{Call, Caller},
        fault::ImportError,
        imports::wit::error_of,
        place::Panic,
    },
};

impl bindings::fujsen::Host for Call {
    async fn call(&mut self, name: String, arguments: Vec<(String, Value)>) -> Result<Value, Error> {
        let depth = self.depth + 1;
        if depth > limits::CALL_DEPTH {
            let caller = self.fujsen.to_string();
            return Err(ImportError::TooDeep { caller, name, depth }.into());
        }
        let context = self.context.clone();
        let caller = Caller {
            section: &self.section,
            origin: self.origin.clone(),
            deadline: self.deadline,
            depth,
            config: context.capabilities.config.share(&mut self.sessions.config),
        };
        let arguments = arguments
            .into_iter()
            .map(|(name, value)| (name, value.into()))
            .collect();
        let body = self
            .fujsens
            .clone()
            .call(&name, arguments, caller)
            .await
            .map_err(error_of)?;
        self.retain(body.payload())?;
        Ok(body.into())
    }

    fn fail(&mut self, mut error: Error) {
        shorten(&mut error.message, limits::ERROR_TEXT);
        self.failure = Some(error.into());
    }

    fn panic(&mut self, mut message: String, mut file: String, line: u32, column: u32) {
        shorten(&mut message, limits::ERROR_TEXT);
        shorten(&mut file, limits::PANIC_FILE);
        let message = self.context.trace(&self.section, &message).into_owned();
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

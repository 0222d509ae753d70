//! What the macros' code names. No part of the API.
use crate::{Datum, Error, Result, bindings::tusk::fujsen::types, panic, print};
pub use crate::{
    argument::Arguments,
    bindings::{self, Guest},
    print::{Stream, print},
    reply::{IntoReply, Reply, bytes, optional_bytes},
};

/// A fujsen's name, and its arguments' decoding, body and result's encoding.
pub type Entry = (&'static str, fn(&mut Arguments) -> Result<Reply>);

/// The body of the world's `call`.
pub fn dispatch(entries: &[Entry], name: &str, arguments: Vec<Datum>) -> Result<Reply, types::Error> {
    panic::install();
    let Some((_, entry)) = entries.iter().find(|(known, _)| *known == name) else {
        let message = format!("this module has no fujsen `{name}`");
        return Err(Error::not_found(message).into_host());
    };
    let done = entry(&mut Arguments::new(arguments)).map_err(Error::into_host);
    print::end();
    done
}

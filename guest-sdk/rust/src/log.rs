//! Structured log lines. The host adds service, section, fujsen and request id.
//!
//! ```no_run
//! use tusk::fields;
//!
//! tusk::log::info("user created", fields! { user: 7, "mail.sent": true });
//! tusk::log::warn("no mail server", fields! {});
//! ```
use crate::{
    Datum,
    bindings::tusk::fujsen::log::{Level, write},
};

macro_rules! levels {
    ($($(#[$doc:meta])* $name:ident $level:ident)*) => {$(
        $(#[$doc])*
        pub fn $name(message: impl AsRef<str>, fields: &[(&str, Datum)]) {
            line(Level::$level, message.as_ref(), fields);
        }
    )*};
}

levels! {
    /// What helps to follow a program step by step.
    debug Debug
    /// What an operator may want to know.
    info Info
    /// Something is not as it should be, but the work goes on.
    warn Warn
    /// Something failed.
    error Error
}

fn line(level: Level, message: &str, fields: &[(&str, Datum)]) {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect();
    write(level, message, &fields);
}

//! SQLite as services have it.

mod values;

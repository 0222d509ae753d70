//! Databases as fujsens use them: what both engines do alike, and each of them.
#![allow(clippy::unwrap_used)]

mod bench;
mod both;
mod files;
mod postgres;
mod rules;
mod sqlite;

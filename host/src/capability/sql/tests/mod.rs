#![allow(clippy::unwrap_used)]

mod bench;
mod both;
mod files;
mod postgres;
mod rules;
mod sqlite;

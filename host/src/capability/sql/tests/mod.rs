#![allow(clippy::unwrap_used)]

mod bench;
mod both;
mod postgres;
mod sqlite;

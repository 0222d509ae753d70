//! The product as its users have it: the real binary, real servers, real sockets.

mod authority;
mod cli;
mod collector;
mod folder;
mod grpc;
mod moody;
mod postgres;
mod prometheus;
mod redis;
mod service;
mod up;
mod upstream;
mod zoo;

pub(crate) use authority::Authority;
pub(crate) use cli::{Output, command, tusk, tusk_with};
pub(crate) use collector::{Answer, Collector, Span, tree};
pub(crate) use folder::Folder;
pub(crate) use grpc::{Grpc, PROTOS, Reflection, User};
pub(crate) use moody::{Mood, Moody};
pub(crate) use postgres::Postgres;
pub(crate) use prometheus::Metrics;
pub(crate) use redis::Redis;
pub(crate) use service::{GATHERED, Running, Service, collect, eventually};
pub(crate) use up::{Up, free_ports, process_at, signal};
pub(crate) use upstream::Upstream;
pub(crate) use zoo::{Animal, End, zoo, zoo_folder, zoo_text};

use std::path::PathBuf;

/// The project's folder.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .expect("the project is there")
}

/// A client that talks to nobody but whom it is told to.
pub(crate) fn client() -> reqwest::ClientBuilder {
    // Another test may have installed it already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy()
}

/// The cache that all tests share, so that each text is compiled once.
pub(crate) fn cache() -> PathBuf {
    root().join("target/tests-cache")
}

//! What only PostgreSQL does, on a server of its own.

mod calls;
mod changes;
mod pooler;
mod server;
mod values;

use std::time::{Duration, Instant};

use serde_json::json;

use super::{
    super::*,
    bench::{Bench, LONG, code, databases, fail, text},
};
use crate::{
    base::explain::Told,
    capability::fixture::{self, Pooler, Postgres},
};

fn server(bench: &Bench) -> &Postgres {
    bench.server.as_ref().unwrap()
}

/// How many connections this process has, and how many of them are at work.
fn connections(server: &Postgres, state: &str) -> usize {
    let count = format!("SELECT count(*) FROM pg_stat_activity WHERE usename = 'app' AND state LIKE '{state}'");
    server.admin(&count).parse().unwrap()
}

async fn eventually(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let start = Instant::now();
    while !is_so().await {
        assert!(start.elapsed() < LONG, "{what} did not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

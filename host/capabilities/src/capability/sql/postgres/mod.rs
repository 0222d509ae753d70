//! PostgreSQL: a server that is shared with others and may be away for a while.

mod array;
mod bind;
mod bounded;
mod connect;
mod error;
mod guard;
mod lease;
mod lex;
mod pool;
mod read;
mod server;
mod session;
mod shown;
mod text;
mod tls;
mod unfit;
mod wire;

pub(super) use self::{
    error::{help, is_for_the_author},
    lease::PostgresLease,
    pool::PostgresPool,
    server::Server,
    shown::without_values,
};

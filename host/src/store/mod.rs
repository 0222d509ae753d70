//! What keeps data: SQLite connections on threads of their own, and the connections to Redis servers.

mod kept;
pub(crate) mod redis;
pub(crate) mod sqlite;

pub(crate) use self::kept::Kept;

/// Everything that this process has open, by URL. Kept across swaps.
#[derive(Default)]
pub struct Stores {
    pub(crate) servers: redis::Servers,
}

//! Where a service keeps what outlives a call, a swap and a restart: a SQLite file of its own, or a Redis server.
//!
//! Connections and nothing more: what is kept there, and under which tables and keys, is for those who keep it.

mod durability;
mod error;
mod kept;
pub mod own;
mod place;
pub mod redis;
pub mod sqlite;

use std::sync::Arc;

pub use self::{durability::Durability, error::StoreError, kept::SharedValues, place::Place};
use crate::base::clock::{self, Clock};

/// Everything that this process has open, by file and by URL. Kept across swaps.
pub struct Stores {
    /// The SQLite files that the host itself keeps.
    pub(crate) files: sqlite::StoreFiles,
    /// The Redis servers.
    pub(crate) servers: redis::Servers,
    /// Of the times that are kept there.
    pub clock: Arc<dyn Clock>,
}

impl Default for Stores {
    fn default() -> Self {
        Self::new(clock::system())
    }
}

/// An open place.
#[derive(Clone)]
pub enum Store {
    /// A file, and what a commit to it survives.
    Sqlite(Arc<sqlite::File>, Durability),
    /// A server, which knows that itself.
    Redis(Arc<redis::RedisServer>),
}

impl Store {
    /// Opens a file. A server that is down is not an error before something is asked of it.
    pub async fn open(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(file, _) => file.open().await,
            Self::Redis(_) => Ok(()),
        }
    }
}

impl Store {
    /// Whether a file could be opened. Nothing is asked of a server.
    pub async fn look(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(file, _) => file.look().await,
            Self::Redis(_) => Ok(()),
        }
    }
}

impl Stores {
    /// Nothing is open yet.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            files: sqlite::StoreFiles::default(),
            servers: redis::Servers::default(),
            clock,
        }
    }

    /// With databases on another disk.
    #[cfg(any(test, feature = "fixture"))]
    pub fn on(disk: Arc<dyn sqlite::Disk>, clock: Arc<dyn Clock>) -> Self {
        Self {
            files: sqlite::StoreFiles::on(disk),
            ..Self::new(clock)
        }
    }

    /// Connects to nothing yet: the first use does.
    pub fn at(&self, place: &Place) -> Store {
        match place {
            Place::Sqlite(location, durability) => Store::Sqlite(self.files.get(location), *durability),
            Place::Redis { url, info } => Store::Redis(self.servers.get(url, info.clone())),
        }
    }
}

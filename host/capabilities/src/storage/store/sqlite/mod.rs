//! SQLite: where databases are, the threads that their connections live on, and the files that the host itself keeps.

mod file;
mod location;
mod open;
mod rehearse;
mod thread;
mod trouble;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use self::file::Machine;
#[cfg(any(test, feature = "fixture"))]
pub use self::file::faulty;
pub use self::{
    file::{Disk, File},
    location::Location,
    open::{FileIdentity, open, write_ahead},
    rehearse::{Copied, copy, look},
    thread::Thread,
    trouble::Trouble,
};
use super::SharedValues;

/// The files that the host itself keeps, each opened once.
pub(crate) struct StoreFiles {
    by_location: SharedValues<Location, File>,
    disk: Arc<dyn Disk>,
}

impl Default for StoreFiles {
    fn default() -> Self {
        Self::on(Arc::new(Machine))
    }
}

impl StoreFiles {
    /// With databases that are opened on this disk; none is yet.
    pub(crate) fn on(disk: Arc<dyn Disk>) -> Self {
        Self {
            by_location: SharedValues::default(),
            disk,
        }
    }

    /// The file at a location. Opens nothing: its first use does. One in memory stays until the process ends.
    pub(crate) fn get(&self, location: &Location) -> Arc<File> {
        let make = || File::new(location.clone(), self.disk.clone());
        match location {
            Location::File(_) => self.by_location.get(location, make),
            Location::Memory(_) => self.by_location.get_forever(location, make),
        }
    }
}

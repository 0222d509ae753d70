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

pub(crate) use self::{
    file::File,
    location::Location,
    open::{Identity, open, write_ahead},
    rehearse::{Copied, copy, look},
    thread::Thread,
    trouble::Trouble,
};
use super::Kept;

/// The files that the host itself keeps, each opened once.
#[derive(Default)]
pub(crate) struct Files {
    by_location: Kept<Location, File>,
}

impl Files {
    pub(crate) fn get(&self, location: &Location) -> Arc<File> {
        let make = || File::new(location.clone());
        match location {
            Location::File(_) => self.by_location.get(location, make),
            Location::Memory(_) => self.by_location.get_forever(location, make),
        }
    }
}

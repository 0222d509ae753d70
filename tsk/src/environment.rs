//! What evaluation asks of the world: files, variables, the time.

use std::io;

/// What a TSK file can see of the world. The crate does no I/O of its own: its caller decides what there is.
pub trait Environment {
    /// The bytes of a file, named relative to the folder of the TSK file that was given to [`crate::load`].
    /// An implementation refuses a path that leaves that folder. Of a file with more than [`crate::FILE_BYTES`] bytes it may
    /// give only one more than these.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;

    /// An environment variable.
    fn var(&self, name: &str) -> Option<String>;

    /// The time that `@date` prints, in the zone that it prints it in.
    fn now(&self) -> jiff::Zoned;
}

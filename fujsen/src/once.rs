//! What several hosts need of one folder and one of them makes.

use std::{fs::File, path::Path};

use crate::problem::Problem;

/// What is there already, or what `make` gives while others wait at `lock`: hosts that start at once share a cache. What was
/// cut short is found by nobody, so the next one makes it anew.
pub(crate) fn once<T>(
    lock: &Path,
    found: impl Fn() -> Option<T>,
    make: impl FnOnce() -> Result<T, Problem>,
) -> Result<T, Problem> {
    if let Some(found) = found() {
        return Ok(found);
    }
    let _alone = File::create(lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|error| Problem::io(format!("lock {}", lock.display()), &error))?;
    found().map_or_else(make, Ok)
}

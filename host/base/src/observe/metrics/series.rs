//! The series of one family of the host's own, kept over swaps so that no count falls.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering::Relaxed},
};

use crate::base::limits;
use parking_lot::Mutex;

pub(super) struct SeriesTable<T> {
    series: Mutex<Vec<Arc<T>>>,
    ids: AtomicU32,
}

impl<T> Default for SeriesTable<T> {
    fn default() -> Self {
        Self {
            series: Mutex::default(),
            ids: AtomicU32::new(0),
        }
    }
}

impl<T> SeriesTable<T> {
    /// The series that `is` recognizes, else a new one. Where there is no room, one that no version of the service
    /// uses any more makes it, and is handed to `gone`; a new one that finds no room still counts, but is not shown.
    pub(super) fn get(&self, is: impl Fn(&T) -> bool, make: impl FnOnce(u32) -> T, gone: impl FnOnce(&T)) -> Arc<T> {
        let mut series = self.lock();
        if let Some(known) = series.iter().find(|one| is(one)) {
            return known.clone();
        }
        let made = Arc::new(make(self.ids.fetch_add(1, Relaxed)));
        if series.len() >= limits::HOST_SERIES {
            match series.iter().position(|one| Arc::strong_count(one) == 1) {
                Some(unused) => gone(&series.remove(unused)),
                None => return made,
            }
        }
        series.push(made.clone());
        made
    }

    pub(super) fn all(&self) -> Vec<Arc<T>> {
        self.lock().clone()
    }

    fn lock(&self) -> parking_lot::MutexGuard<'_, Vec<Arc<T>>> {
        self.series.lock()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_series_is_made_once_and_unused_ones_make_room() {
        let table = SeriesTable::default();
        let get = |name: usize| {
            let mut gone = None;
            let one = table.get(
                |known: &(usize, u32)| known.0 == name,
                |id| (name, id),
                |one| gone = Some(one.0),
            );
            (one, gone)
        };
        let held: Vec<_> = (1..limits::HOST_SERIES).map(|name| get(name).0).collect();
        let (unused, _) = get(0);
        assert!(Arc::ptr_eq(&unused, &get(0).0));
        drop(unused);
        let (first, gone) = get(limits::HOST_SERIES);
        assert_eq!((first.1, gone), (limits::HOST_SERIES as u32, Some(0)));
        let (hidden, gone) = get(limits::HOST_SERIES + 1);
        assert_eq!(gone, None, "all others are in use");
        assert_eq!(table.all().len(), limits::HOST_SERIES);
        assert!(!table.all().iter().any(|one| Arc::ptr_eq(one, &hidden)));
        drop((held, first));
    }
}

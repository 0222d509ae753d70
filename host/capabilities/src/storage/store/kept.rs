//! Values by key that live as long as their users.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Weak},
};

use parking_lot::Mutex;

/// One value a key, for as long as somebody uses it.
pub struct SharedValues<K, V: ?Sized> {
    values: Mutex<HashMap<K, Weak<V>>>,
    forever: Mutex<Vec<Arc<V>>>,
}

impl<K, V: ?Sized> Default for SharedValues<K, V> {
    fn default() -> Self {
        Self {
            values: Mutex::default(),
            forever: Mutex::default(),
        }
    }
}

impl<K: Clone + Eq + Hash, V> SharedValues<K, V> {
    /// The value of a key, which `make` makes where nobody uses one.
    pub(crate) fn get(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        self.get_shared(key, || Arc::new(make()))
    }

    /// As [`get`](Self::get), but the value stays when nobody uses it: what is only in memory would be lost.
    pub(crate) fn get_forever(&self, key: &K, make: impl FnOnce() -> V) -> Arc<V> {
        let value = self.get(key, make);
        let mut forever = self.forever.lock();
        if !forever.iter().any(|kept| Arc::ptr_eq(kept, &value)) {
            forever.push(value.clone());
        }
        value
    }
}

impl<K: Clone + Eq + Hash, V: ?Sized> SharedValues<K, V> {
    /// As [`get`](Self::get), for a value that is made as it is shared. `make` must not ask for another value here.
    pub(crate) fn get_shared(&self, key: &K, make: impl FnOnce() -> Arc<V>) -> Arc<V> {
        let mut values = self.values.lock();
        if let Some(value) = values.get(key).and_then(Weak::upgrade) {
            return value;
        }
        values.retain(|_, value| value.strong_count() > 0);
        let value = make();
        values.insert(key.clone(), Arc::downgrade(&value));
        value
    }
}

//! What `@cache(…)` keeps.

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::{Mutex, MutexGuard};
use tokio::time::timeout_at;

use super::{failed::OperatorError, identity::CacheKey};
use crate::base::{limits, value::Value};

/// What `@cache(…)` keeps, for as long as the process runs: a save that leaves a value's text alone leaves its result.
#[derive(Clone, Default)]
pub struct Cache {
    entries: Arc<Mutex<HashMap<CacheKey, CacheEntry>>>,
}

struct CacheEntry {
    kept: Option<CachedValue>,
    used: Instant,
    flight: Arc<Flight>,
}

struct CachedValue {
    value: Arc<Value>,
    /// None is later than clocks go.
    until: Option<Instant>,
}

/// Held by the reader that evaluates; what the last evaluation failed with, and when.
type Flight = tokio::sync::Mutex<Option<(Instant, OperatorError)>>;

impl Cache {
    /// The kept value, else that of `evaluate`. Of several readers one evaluates while the others wait for it, and share
    /// its failure, too: only a later reader tries again. Where the one ran out of its own time, the next takes its place.
    pub(super) async fn get_or(
        &self,
        key: CacheKey,
        lifetime: Duration,
        deadline: Instant,
        late: impl FnOnce() -> OperatorError,
        evaluate: impl Future<Output = Result<Value, OperatorError>>,
    ) -> Result<Arc<Value>, OperatorError> {
        let asked = Instant::now();
        let flight = match self.find(key) {
            Ok(value) => return Ok(value),
            Err(flight) => flight,
        };
        let Ok(mut last) = timeout_at(deadline.into(), flight.lock()).await else {
            return Err(late());
        };
        if let Ok(value) = self.find(key) {
            return Ok(value);
        }
        if let Some((at, failed)) = &*last
            && *at >= asked
        {
            return Err(failed.clone());
        }
        match evaluate.await {
            Ok(value) => {
                *last = None;
                Ok(self.keep(key, value, lifetime, &flight))
            }
            Err(failed) => {
                *last = (!failed.is_late()).then(|| (Instant::now(), failed.clone()));
                Err(failed)
            }
        }
    }

    fn find(&self, key: CacheKey) -> Result<Arc<Value>, Arc<Flight>> {
        let mut entries = self.lock();
        if let Some(entry) = entries.get_mut(&key) {
            entry.used = Instant::now();
            return match &entry.kept {
                Some(kept) if kept.is_fresh() => Ok(kept.value.clone()),
                _ => Err(entry.flight.clone()),
            };
        }
        let flight = Arc::<Flight>::default();
        entries.insert(key, CacheEntry::new(flight.clone()));
        make_room(&mut entries);
        Err(flight)
    }

    fn keep(&self, key: CacheKey, value: Value, lifetime: Duration, flight: &Arc<Flight>) -> Arc<Value> {
        let value = Arc::new(value);
        let mut entries = self.lock();
        let entry = entries.entry(key).or_insert_with(|| CacheEntry::new(flight.clone()));
        entry.kept = Some(CachedValue {
            value: value.clone(),
            until: Instant::now().checked_add(lifetime),
        });
        make_room(&mut entries);
        value
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CacheKey, CacheEntry>> {
        self.entries.lock()
    }
}

impl CacheEntry {
    fn new(flight: Arc<Flight>) -> Self {
        Self {
            kept: None,
            used: Instant::now(),
            flight,
        }
    }

    /// Nobody evaluates it or waits for it: those hold the flight.
    fn is_idle(&self) -> bool {
        Arc::strong_count(&self.flight) == 1
    }

    fn bytes(&self) -> usize {
        self.kept.as_ref().map_or(0, |kept| kept.value.payload())
    }
}

impl CachedValue {
    fn is_fresh(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }
}

/// Over a bound, what is stale goes first, then what was read longest ago. What is being evaluated stays.
fn make_room(entries: &mut HashMap<CacheKey, CacheEntry>) {
    let is_over = |entries: &HashMap<CacheKey, CacheEntry>| {
        entries.len() > limits::CACHE_ENTRIES
            || entries.values().map(CacheEntry::bytes).sum::<usize>() > limits::CACHE_BYTES
    };
    if !is_over(entries) {
        return;
    }
    entries.retain(|_, entry| !entry.is_idle() || entry.kept.as_ref().is_some_and(CachedValue::is_fresh));
    while is_over(entries) {
        let idle = entries.iter().filter(|(_, entry)| entry.is_idle());
        let Some(oldest) = idle.min_by_key(|(_, entry)| entry.used).map(|(key, _)| *key) else {
            return;
        };
        entries.remove(&oldest);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use tsk::{Deferred, Span};

    use super::*;
    use crate::capability::deferred::error::DeferredError;

    const LONG: Duration = Duration::from_secs(60);

    fn key(number: usize) -> CacheKey {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&number.to_le_bytes());
        key
    }

    fn failed(status: u16) -> OperatorError {
        let deferred = Deferred {
            operator: "query".into(),
            arguments: Vec::new(),
            span: Span::default(),
        };
        let error = match status {
            504 => DeferredError::Late,
            _ => DeferredError::Status {
                shown: "x".into(),
                status,
            },
        };
        OperatorError::new(&deferred, error)
    }

    async fn read(
        cache: &Cache,
        number: usize,
        lifetime: Duration,
        evaluate: impl Future<Output = Result<Value, OperatorError>>,
    ) -> Result<Value, u16> {
        let value = cache
            .get_or(key(number), lifetime, Instant::now() + LONG, || failed(504), evaluate)
            .await;
        value.map(|value| (*value).clone()).map_err(|failed| failed.status)
    }

    #[tokio::test]
    async fn many_readers_evaluate_once() {
        let (cache, count) = (Cache::default(), AtomicU32::new(0));
        let evaluate = || async {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            Ok(Value::Integer(7))
        };
        let readers = (0..50).map(|_| read(&cache, 1, LONG, evaluate()));
        for value in futures_util::future::join_all(readers).await {
            assert_eq!(value, Ok(Value::Integer(7)));
        }
        assert_eq!(read(&cache, 1, LONG, evaluate()).await, Ok(Value::Integer(7)));
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert_eq!(read(&cache, 2, LONG, evaluate()).await, Ok(Value::Integer(7)));
        assert_eq!(count.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn a_failure_is_shared_and_not_kept() {
        let (cache, count) = (Cache::default(), AtomicU32::new(0));
        let evaluate = |result: Result<Value, OperatorError>| async {
            count.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(20)).await;
            result
        };
        let readers = (0..10).map(|_| read(&cache, 1, LONG, evaluate(Err(failed(502)))));
        for value in futures_util::future::join_all(readers).await {
            assert_eq!(value, Err(502));
        }
        assert_eq!(count.load(Ordering::Relaxed), 1);
        assert_eq!(read(&cache, 1, LONG, evaluate(Ok(Value::Null))).await, Ok(Value::Null));
    }

    #[tokio::test]
    async fn who_runs_out_of_time_fails_alone() {
        let cache = Cache::default();
        let short = read(&cache, 1, LONG, async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(failed(504))
        });
        let long = read(&cache, 1, LONG, async { Ok(Value::Integer(1)) });
        assert_eq!(tokio::join!(short, long), (Err(504), Ok(Value::Integer(1))));

        let cache = Cache::default();
        let stopped = tokio::time::timeout(Duration::from_millis(20), read(&cache, 1, LONG, std::future::pending()));
        let waiting = read(&cache, 1, LONG, async { Ok(Value::Integer(2)) });
        let (stopped, waiting) = tokio::join!(stopped, waiting);
        assert!(stopped.is_err());
        assert_eq!(waiting, Ok(Value::Integer(2)));

        let (cache, soon) = (Cache::default(), Instant::now() + Duration::from_millis(20));
        let busy = read(&cache, 1, LONG, std::future::pending());
        let late = cache.get_or(key(1), LONG, soon, || failed(504), async { Ok(Value::Null) });
        tokio::select! {
            biased;
            _ = busy => panic!("it never ends"),
            late = late => assert_eq!(late.unwrap_err().status, 504),
        }
    }

    #[tokio::test]
    async fn a_value_ends_with_its_lifetime() {
        let cache = Cache::default();
        let short = Duration::from_millis(1);
        assert_eq!(
            read(&cache, 1, short, async { Ok(Value::Integer(1)) }).await,
            Ok(Value::Integer(1))
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
        assert_eq!(
            read(&cache, 1, Duration::MAX, async { Ok(Value::Integer(2)) }).await,
            Ok(Value::Integer(2))
        );
        assert_eq!(
            read(&cache, 1, short, async { Ok(Value::Integer(3)) }).await,
            Ok(Value::Integer(2))
        );
    }

    #[tokio::test]
    async fn it_is_bounded_in_entries_and_bytes() {
        let cache = Cache::default();
        for number in 0..limits::CACHE_ENTRIES + 10 {
            read(&cache, number, LONG, async { Ok(Value::Null) }).await.unwrap();
            // The first one is in use all the time.
            read(&cache, 0, LONG, async { Err(failed(500)) }).await.unwrap();
        }
        assert_eq!(cache.lock().len(), limits::CACHE_ENTRIES);

        let large = limits::CACHE_BYTES / 4;
        for number in 0..10 {
            let value = Value::Text("x".repeat(large));
            read(&cache, usize::MAX - number, LONG, async { Ok(value) })
                .await
                .unwrap();
        }
        let bytes: usize = cache.lock().values().map(CacheEntry::bytes).sum();
        assert_eq!(bytes, 4 * large);
    }
}

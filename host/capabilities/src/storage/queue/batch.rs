//! Several callers, one write.

use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::QueueError;
use crate::{base::limits, observe::tasks};

/// Puts together what several callers want done: what comes while one batch is on its way goes with the next.
pub(super) struct Batch<T, R> {
    work: Arc<BatchWork<T, R>>,
    /// To the task that does the work, once there is one.
    waiting: OnceLock<mpsc::UnboundedSender<Item<T, R>>>,
}

/// Gives a result for each item, in their order.
type BatchWork<T, R> = dyn Fn(Vec<T>) -> BoxFuture<'static, Result<Vec<R>, QueueError>> + Send + Sync;

type Item<T, R> = (T, oneshot::Sender<Result<R, QueueError>>);

impl<T: Send + 'static, R: Send + 'static> Batch<T, R> {
    pub(super) fn new(
        work: impl Fn(Vec<T>) -> BoxFuture<'static, Result<Vec<R>, QueueError>> + Send + Sync + 'static,
    ) -> Self {
        Self {
            work: Arc::new(work),
            waiting: OnceLock::new(),
        }
    }

    /// Has the item done with others. It may be done although nobody waits any more.
    pub(super) async fn add(&self, item: T) -> Result<R, QueueError> {
        let waiting = self.waiting.get_or_init(|| {
            let (sender, receiver) = mpsc::unbounded_channel();
            // Kept over a restart of the task: only the callers of the batch that it had in hand are told.
            let (work, receiver) = (self.work.clone(), Arc::new(Mutex::new(receiver)));
            tasks::keep("queue", move || run(work.clone(), receiver.clone()));
            sender
        });
        let (answer, result) = oneshot::channel();
        // Each caller waits for its own: there are never more items than callers.
        waiting.send((item, answer)).map_err(|_| QueueError::Gone)?;
        result.await.map_err(|_| QueueError::Gone)?
    }
}

/// Ends with the last sender.
async fn run<T, R>(work: Arc<BatchWork<T, R>>, waiting: Arc<Mutex<mpsc::UnboundedReceiver<Item<T, R>>>>) {
    let mut waiting = waiting.lock().await;
    let mut batch = Vec::new();
    while waiting.recv_many(&mut batch, limits::EVENTS_BATCH).await > 0 {
        let (items, answers): (Vec<T>, Vec<_>) = batch.drain(..).unzip();
        // Nobody listens when the call has ended meanwhile.
        match work(items).await {
            Ok(results) => answers
                .into_iter()
                .zip(results)
                .for_each(|(answer, result)| drop(answer.send(Ok(result)))),
            Err(error) => answers
                .into_iter()
                .for_each(|answer| drop(answer.send(Err(error.clone())))),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_panic_costs_the_callers_of_its_batch_and_nobody_after_them() {
        let batch = Batch::new(|items: Vec<u8>| {
            let work = async move {
                assert!(!items.contains(&0), "a bug");
                Ok(items)
            };
            work.boxed()
        });
        assert_eq!(batch.add(1).await.unwrap(), 1);
        assert!(matches!(batch.add(0).await, Err(QueueError::Gone)));
        assert_eq!(batch.add(2).await.unwrap(), 2);
    }
}

//! Threads that SQLite may block.

use std::{sync::mpsc, thread::JoinHandle};

use rusqlite::{Connection, InterruptHandle};
use tokio::sync::oneshot;

use crate::{observe::tasks, storage::store::StoreError};

/// A connection on a thread of its own: SQLite blocks, the server must not. It ends when this is dropped.
pub struct Thread<J> {
    jobs: mpsc::Sender<J>,
    interrupt: InterruptHandle,
    thread: JoinHandle<()>,
}

impl<J: Send + 'static> Thread<J> {
    /// Opens a connection, then lets `serve` do the jobs until there can be no more. The thread is told to end when
    /// this is dropped before the connection is open.
    pub(crate) async fn start<E: From<StoreError> + Send + 'static>(
        open: impl FnOnce() -> Result<Connection, E> + Send + 'static,
        serve: impl FnOnce(Connection, mpsc::Receiver<J>) + Send + 'static,
    ) -> Result<Self, E> {
        let (opened, is_open) = oneshot::channel();
        let (jobs, received) = mpsc::channel();
        let run = move || match open() {
            Err(error) => drop(opened.send(Err(error))),
            Ok(connection) => {
                if opened.send(Ok(connection.get_interrupt_handle())).is_ok() {
                    serve(connection, received);
                }
            }
        };
        // One that has panicked is replaced by whoever needs it next.
        let thread = tasks::thread("sqlite", run).map_err(|error| StoreError::NoThread(error.to_string()))?;
        let interrupt = is_open.await.map_err(|_| StoreError::Gone)??;
        Ok(Self {
            jobs,
            interrupt,
            thread,
        })
    }

    /// False after a panic.
    pub(crate) fn lives(&self) -> bool {
        !self.thread.is_finished()
    }

    /// Gives the job back when the thread is gone.
    pub(crate) fn send(&self, job: J) -> Result<(), J> {
        self.jobs.send(job).map_err(|mpsc::SendError(job)| job)
    }

    /// A way to send jobs that outlives this.
    pub(crate) fn sender(&self) -> mpsc::Sender<J> {
        self.jobs.clone()
    }

    /// Stops the statement that runs.
    pub(crate) fn interrupt(&self) {
        self.interrupt.interrupt();
    }
}

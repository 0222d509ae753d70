//! The version of the service that serves now.

use std::sync::Arc;

use arc_swap::ArcSwap;
use tokio::sync::watch;

use crate::service::app::App;

/// Holds the `App` that new requests get. A swap is one atomic store; requests in flight keep the one they have.
pub struct Live {
    app: ArcSwap<App>,
    swapped: watch::Sender<()>,
}

impl Live {
    /// Begins with `app`.
    pub fn new(app: Arc<App>) -> Self {
        Self {
            app: ArcSwap::new(app),
            swapped: watch::Sender::new(()),
        }
    }

    /// The version that serves now. Whoever holds it keeps it from being dropped.
    pub fn current(&self) -> Arc<App> {
        self.app.load_full()
    }

    /// Tells of each swap from now on.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.swapped.subscribe()
    }

    /// From now on `app` is the current version. Whoever listens to [`changes`](Self::changes) is told.
    pub fn swap(&self, app: Arc<App>) {
        self.app.store(app);
        self.swapped.send_replace(());
    }
}

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::app::App;

/// Holds the `App` that new requests get. A swap is one atomic store; requests in flight keep the one they have.
pub struct Live {
    app: ArcSwap<App>,
}

impl Live {
    pub fn new(app: Arc<App>) -> Self {
        Self { app: ArcSwap::new(app) }
    }

    pub fn current(&self) -> Arc<App> {
        self.app.load_full()
    }

    pub fn swap(&self, app: Arc<App>) {
        self.app.store(app);
    }
}

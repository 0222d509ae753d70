//! The clock behind `Date`.

use std::cell::Cell;

use tusk::bindings::tusk::fujsen::time;

use crate::engine;

thread_local! {
    static READ: Cell<bool> = const { Cell::new(false) };
}

/// Microseconds since the Unix epoch, for QuickJS. While the texts are evaluated there is no time: what a constant kept of
/// it would be the time of the compile.
#[unsafe(no_mangle)]
extern "C" fn __rquickjs_host_now_us() -> f64 {
    if engine::is_starting() {
        READ.set(true);
        return 0.0;
    }
    time::now() as f64 * 1000.0
}

/// Whether the clock was read since the last time this was asked.
pub(crate) fn was_read() -> bool {
    READ.replace(false)
}

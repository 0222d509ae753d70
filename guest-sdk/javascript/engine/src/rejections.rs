//! Promises that were rejected, and that nobody asked.

use std::cell::RefCell;

use rquickjs::{Ctx, Persistent, Runtime, Value};
use tusk::bindings::tusk::fujsen::log;

use crate::thrown::Thrown;

/// How many are remembered: a call may reject without end.
const MOST: usize = 16;

struct Rejection {
    promise: Persistent<Value<'static>>,
    reason: Persistent<Value<'static>>,
}

thread_local! {
    static UNASKED: RefCell<Vec<Rejection>> = const { RefCell::new(Vec::new()) };
}

/// Remembers rejections from now on.
pub(crate) fn watch(runtime: &Runtime) {
    runtime.set_host_promise_rejection_tracker(Some(Box::new(|ctx, promise, reason, is_handled| {
        UNASKED.with_borrow_mut(|unasked| {
            if is_handled {
                unasked.retain(|one| !is_same(&ctx, &one.promise, &promise));
            } else if unasked.len() < MOST {
                unasked.push(Rejection {
                    promise: Persistent::save(&ctx, promise),
                    reason: Persistent::save(&ctx, reason),
                });
            }
        });
    })));
}

fn is_same<'js>(ctx: &Ctx<'js>, known: &Persistent<Value<'static>>, other: &Value<'js>) -> bool {
    known.clone().restore(ctx).is_ok_and(|known| known == *other)
}

/// Ends a call: the log tells what was rejected, but for the call's own result, of which the caller is told.
pub(crate) fn tell<'js>(ctx: &Ctx<'js>, result: Option<&Value<'js>>) {
    for one in UNASKED.take() {
        if result.is_some_and(|result| is_same(ctx, &one.promise, result)) {
            continue;
        }
        if let Ok(reason) = one.reason.restore(ctx) {
            let thrown = Thrown::new(ctx, reason);
            let message = format!(
                "a promise was rejected, and nothing handles it: {}",
                thrown.with_stack()
            );
            log::write(log::Level::Error, &message, &[]);
        }
    }
}

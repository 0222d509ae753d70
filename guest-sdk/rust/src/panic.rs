//! This target prints nothing when code panics: the hook tells the host, then the module traps.
use std::{panic::PanicHookInfo, sync::Once};

use crate::bindings::tusk::fujsen::fujsen;

/// Reports panics to the host from now on.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| std::panic::set_hook(Box::new(report)));
}

fn report(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the panic has no message");
    let (file, line, column) = info
        .location()
        .map_or(("", 0, 0), |place| (place.file(), place.line(), place.column()));
    fujsen::panic(message, file, line, column);
}

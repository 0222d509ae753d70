//! This target prints nothing when code panics: the hook tells the host, then the module traps.
use std::{
    cell::Cell,
    panic::{Location, PanicHookInfo},
    sync::Once,
};

use crate::{bindings::tusk::fujsen::fujsen, print, remedy};

thread_local! {
    /// Where the fujsen stands that runs.
    static FUJSEN: Cell<Option<&'static Location<'static>>> = const { Cell::new(None) };
}

/// Reports panics to the host from now on.
pub(crate) fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| std::panic::set_hook(Box::new(report)));
}

/// Notes where the fujsen stands that begins.
pub(crate) fn enter(place: &'static Location<'static>) {
    FUJSEN.set(Some(place));
}

fn report(info: &PanicHookInfo<'_>) {
    print::end();
    let payload = info.payload();
    let message = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("the panic has no message");
    let message = remedy::add(message);
    let own = FUJSEN.get();
    let (file, line, column) = match info.location() {
        // A place inside of the standard library helps nobody.
        Some(place) if own.is_none() || !is_library(place.file()) => (place.file(), place.line(), place.column()),
        _ => own.map_or(("", 0, 0), |place| (place.file(), place.line(), place.column())),
    };
    fujsen::panic(&message, file, line, column);
}

/// Code that is not the author's: of the standard library, of this one, or of a registry.
fn is_library(file: &str) -> bool {
    let begins = ["/rustc/", "library/", "tusk/"];
    begins.iter().any(|folder| file.starts_with(folder))
        || file.contains("/registry/src/")
        || file.contains("/library/std/")
}

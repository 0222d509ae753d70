//! Any bytes: a value or diagnostics that can be shown, in both modes, and never a panic. Formatting is stable.
//! The first byte chooses what is done.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tsk::{Options, load};

#[path = "world.rs"]
mod world;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else {
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let lenient = first & 1 == 1;
    // Rendering takes far longer than reading.
    let render = first & 0xF0 == 0;
    match load(
        "service.tsk",
        &text,
        &world::World,
        Options {
            lenient,
            ..world::languages::options()
        },
    ) {
        Ok(config) => {
            config.to_json();
        }
        Err(failure) => {
            assert!(failure.diagnostics.iter().any(tsk::Diagnostic::is_error));
            for diagnostic in failure.diagnostics.iter().filter(|_| render) {
                diagnostic.render(&failure.sources, false);
                diagnostic.to_json(&failure.sources);
            }
        }
    }
    if first & 2 == 2
        && let Ok(once) = tsk::format(&text)
    {
        assert_eq!(tsk::format(&once).ok(), Some(once));
    }
});

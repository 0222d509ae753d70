//! The interpreters that this program carries.
use std::sync::LazyLock;

use crate::Interpreter;

/// QuickJS, as `cargo xtask engine` builds it.
pub(crate) static JAVASCRIPT: LazyLock<Result<Interpreter, String>> =
    LazyLock::new(|| Interpreter::new(include_bytes!("../../guest-sdk/javascript/engine.wasm")));

/// The interpreter that components import by this name. Another version of this program may have made a component for
/// another one.
pub fn interpreter(name: &str) -> Option<&'static Interpreter> {
    if !name.starts_with(Interpreter::PREFIX) {
        return None;
    }
    JAVASCRIPT.as_ref().ok().filter(|interpreter| interpreter.name == name)
}

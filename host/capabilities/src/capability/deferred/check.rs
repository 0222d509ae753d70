//! Operators that cannot work, found before the service starts.

use tsk::{Diagnostic, Node, Object, Value};

use super::{OperatorReach, operation::DeferredOperation};

/// What is wrong with operators however the world is: told when the file is loaded, not when a value is first read.
pub fn check(root: &Object, reach: OperatorReach<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    all(root.values(), reach, &mut diagnostics);
    diagnostics
}

fn all<'a>(nodes: impl IntoIterator<Item = &'a Node>, reach: OperatorReach<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for node in nodes {
        match &node.value {
            Value::Array(items) => all(items, reach, diagnostics),
            Value::Object(members) => all(members.values(), reach, diagnostics),
            Value::Deferred(deferred) => {
                if let Err(diagnostic) = DeferredOperation::new(deferred, reach)
                    // A value that is named elsewhere is there a second time.
                    && !diagnostics.contains(&diagnostic)
                {
                    diagnostics.push(diagnostic);
                }
                all(&deferred.arguments, reach, diagnostics);
            }
            _ => {}
        }
    }
}

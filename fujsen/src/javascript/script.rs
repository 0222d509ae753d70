//! What is known of a text once it is read: what the engine is given, and what the host is told.

use serde_json::{Value, json};

use crate::Function;

/// A text as the engine takes it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Script {
    /// What other texts import it as.
    pub(super) file: String,
    /// Its code without types: every line and column is where it was.
    pub(super) code: String,
    pub(super) fujsens: Vec<Fujsen>,
}

/// An exported function that the host may call.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fujsen {
    pub(super) function: Function,
    /// For each of its parameters.
    pub(super) checks: Vec<Check>,
}

/// What a type says of an argument beyond what the host makes of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Check {
    /// For `check` of the SDK; none where the kind says it all.
    pub(super) schema: Option<Value>,
    /// Whether the function is given `null` for what is not there, since its type has no `undefined`.
    pub(super) takes_null: bool,
}

/// What the engine is given of the texts: `[{"name", "code", "functions": [{"name", "params": [{"name", "kind", "schema"?,
/// "absent"?}]}]}]`.
pub(super) fn input(scripts: &[Script]) -> Value {
    let modules = scripts.iter().map(|script| {
        let functions = script.fujsens.iter().map(Fujsen::input).collect::<Value>();
        json!({ "name": script.file, "code": script.code, "functions": functions })
    });
    modules.collect()
}

/// The section `tusk:functions`.
pub(super) fn functions(scripts: &[Script]) -> String {
    let fujsens = scripts.iter().flat_map(|script| &script.fujsens);
    let lines = fujsens.filter_map(|fujsen| serde_json::to_string(&fujsen.function).ok());
    lines.map(|line| line + "\n").collect()
}

impl Fujsen {
    fn input(&self) -> Value {
        let parameters = self.function.params.iter().zip(&self.checks).map(|(parameter, check)| {
            let mut input = json!({ "name": parameter.name, "kind": parameter.kind });
            if let Some(object) = input.as_object_mut() {
                if let Some(schema) = &check.schema {
                    object.insert("schema".to_owned(), schema.clone());
                }
                if parameter.optional {
                    let absent = if check.takes_null { "null" } else { "undefined" };
                    object.insert("absent".to_owned(), absent.into());
                }
            }
            input
        });
        json!({ "name": self.function.name, "params": parameters.collect::<Value>() })
    }
}

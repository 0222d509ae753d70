//! What a module says of its functions.

use serde::{Deserialize, Serialize};

/// One line of the custom section `tusk:functions` (guest-sdk/wit/README.md).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    /// What the world's `call` is given. Letters, digits, `_`, `-`, `.` and `$`: a module with another name is refused.
    pub name: String,
    /// Its doc comment, without the marks of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    /// Where it is defined, as the compiler was told: `KEY.rs`, `KEY.ts` or `KEY.js` for the text of the key `KEY`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line in that file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Its parameters: the host passes arguments in this order.
    pub params: Vec<Parameter>,
    /// The result type as its author wrote it; `()`, `void` or an empty text where it gives nothing.
    #[serde(default)]
    pub result: String,
}

/// One parameter of a function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// As arguments name it: a path parameter, a query parameter, a field of a JSON body.
    pub name: String,
    /// What the host makes of an argument before it passes it.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The type as its author wrote it.
    pub source: String,
    /// Whether `null` may be passed for it: the guest then takes its default, or what its language has for none.
    #[serde(default)]
    pub optional: bool,
    /// The default, where it is a literal: the host only shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    /// The least value of an integer; none where its type has no bound above that of 64 signed bits. Of a real, the least of the
    /// integers that are passed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    /// The greatest value of an integer; none where its type has no bound below that of 64 signed bits. Of a real, the greatest
    /// of the integers that are passed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// What the host binds for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `true` or `false`; in a path or a query also 1 or 0.
    Boolean,
    /// A whole number from [`Parameter::min`] to [`Parameter::max`].
    Integer,
    /// A number, passed as 64 bits of floating point.
    Real,
    /// Text; in JSON a string, in a path or a query percent-decoded.
    Text,
    /// Base64 in JSON; in a path or a query the bytes of the text itself.
    Bytes,
    /// Anything, as JSON.
    Json,
    /// The whole request: the guest asks for it, the host passes null.
    Request,
}

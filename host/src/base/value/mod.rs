//! What passes between guests and the rest of the host: values, replies, errors. How `guest-sdk/wit` writes them, `sandbox`
//! alone knows.

mod json;
pub(crate) mod setting;

/// One argument, column or result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Real(f64),
    Text(String),
    /// In JSON they are base64.
    Bytes(Vec<u8>),
    /// JSON text of an array, of an object, or of an integer that `Integer` cannot hold: its digits.
    Json(String),
}

impl Value {
    /// What it holds besides itself. Bytes.
    pub(crate) fn payload(&self) -> usize {
        match self {
            Self::Text(text) | Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            _ => 0,
        }
    }
}

/// What a fujsen answers. A `status` of 0 means 200.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Value,
}

/// How a call failed, as its caller is told: a guest may make up any.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The HTTP status that it amounts to. The message of a 500 is for the log, never for a client.
    pub status: u16,
    /// A word to match on.
    pub code: String,
    pub message: String,
}

impl Error {
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// What the file does not grant. The message shows the line that would.
    pub fn denied(message: impl Into<String>) -> Self {
        Self::new(500, "denied", message)
    }
}

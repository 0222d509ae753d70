//! What passes between guests and the rest of the host: values, replies, errors. How `guest-sdk/wit` writes them, `sandbox`
//! alone knows.

mod json;
pub mod setting;

/// One argument, column or result.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value: null of JSON and of SQL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number that 64 bits hold, with its sign.
    Integer(i64),
    /// A floating-point number of 64 bits.
    Real(f64),
    /// A text in UTF-8.
    Text(String),
    /// In JSON they are base64.
    Bytes(Vec<u8>),
    /// JSON text of an array, of an object, or of an integer that `Integer` cannot hold: its digits.
    Json(String),
}

impl Value {
    /// What it holds besides itself. Bytes.
    pub fn payload(&self) -> usize {
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
    /// The HTTP status; 0 means 200.
    pub status: u16,
    /// Names and values. A name may stand there several times.
    pub headers: Vec<(String, String)>,
    /// What it returns. As the body of an HTTP answer, bytes go out as they are, a text does if `headers` have a
    /// content type, and all else becomes JSON.
    pub body: Value,
}

/// How a call failed, as its caller is told: a guest may make up any.
#[derive(Clone, Debug, PartialEq)]
pub struct Error {
    /// The HTTP status that it amounts to. The message of a 500 is for the log, never for a client.
    pub status: u16,
    /// A word to match on.
    pub code: String,
    /// What happened, in words for people.
    pub message: String,
}

impl Error {
    /// A failure that amounts to this HTTP status, with a word to match on and what happened.
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

//! What a file allows.

/// One thing that a file allows its fujsens to reach, as `check` and the start banner print it.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Grant {
    /// `events`, `grpc`, `http`, `redis`, `sql` or `state`.
    pub capability: &'static str,
    /// An origin, a database name with its URL, a server. Passwords are left out.
    pub target: String,
}

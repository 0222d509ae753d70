//! What went wrong, for those who do not know the room where it did.

use std::fmt::Display;

use super::value::Error;

/// What a failure is to those outside of the room.
pub struct Explanation {
    /// The HTTP status that it amounts to when nobody handles it.
    pub status: u16,
    /// The word that guests match on.
    pub code: &'static str,
    /// What to write instead, where lines of the file would do.
    pub remedy: Option<String>,
}

/// A failure of this HTTP status and with this word, of which nobody knows what to write instead.
pub fn is(status: u16, code: &'static str) -> Explanation {
    Explanation {
        status,
        code,
        remedy: None,
    }
}

impl Explanation {
    /// The same, with what to write instead.
    pub fn help(self, remedy: impl Into<String>) -> Self {
        self.may_help(Some(remedy))
    }

    /// The same, with what to write instead where that is known. An earlier remedy is replaced, also by none.
    pub fn may_help(self, remedy: Option<impl Into<String>>) -> Self {
        let remedy = remedy.map(Into::into);
        Self { remedy, ..self }
    }
}

/// What went wrong in a room, which knows it by cases. Shown, it says what happened.
pub trait Explain: Display {
    /// Its status, its word, and what to write instead.
    fn explain(&self) -> Explanation;

    /// The status and the word.
    fn meaning(&self) -> (u16, &'static str) {
        let Explanation { status, code, .. } = self.explain();
        (status, code)
    }

    /// What happened, and what to write instead.
    fn message(&self) -> String {
        match self.explain().remedy {
            Some(remedy) => format!("{self}; {remedy}"),
            None => self.to_string(),
        }
    }

    /// Whether it was not done, since somebody is away or has no room.
    fn is_unavailable(&self) -> bool {
        self.explain().status == 503
    }

    /// Whether trying again may do: somebody is away, or has too much to do.
    fn may_pass(&self) -> bool {
        matches!(self.explain().status, 503 | 504)
    }
}

/// It leaves the house.
impl<E: Explain> From<E> for Error {
    fn from(error: E) -> Self {
        let (status, code) = error.meaning();
        Self::new(status, code, error.message())
    }
}

/// For tests: as a guest is told of what went wrong.
#[cfg(any(test, feature = "fixture"))]
pub trait Told {
    /// What went wrong, as it leaves the house.
    ///
    /// # Panics
    ///
    /// When nothing went wrong.
    fn told(self) -> Error;
}

#[cfg(any(test, feature = "fixture"))]
#[allow(clippy::panic, reason = "only tests use it, and a panic is their end")]
impl<T, E: Explain> Told for Result<T, E> {
    fn told(self) -> Error {
        match self {
            Ok(_) => panic!("nothing went wrong"),
            Err(error) => error.into(),
        }
    }
}

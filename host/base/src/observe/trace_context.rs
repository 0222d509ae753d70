//! W3C trace context (<https://www.w3.org/TR/trace-context/>): the trace that a call belongs to, and its span in it.

use std::{fmt, sync::Arc};

/// Written out only when something is sent: most calls send nothing.
#[derive(Clone, Debug)]
pub struct TraceContext {
    trace: u128,
    span: u64,
    /// What this span is part of; none at the start of a trace.
    parent: Option<Parent>,
    flags: u8,
    /// Another process's: it was read from a message.
    is_foreign: bool,
    /// Vendor state, passed on unchanged.
    state: Option<Arc<str>>,
}

/// The span that another one is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    /// Its id within the trace, which is not 0.
    pub span: u64,
    /// Another process's.
    pub is_foreign: bool,
}

/// The flag of a trace that somebody records.
const SAMPLED: u8 = 1;

/// Characters of a vendor state.
const LONGEST_STATE: usize = 512;

impl TraceContext {
    /// The start of a trace that nobody has asked to record.
    pub fn start() -> Self {
        Self {
            trace: fastrand::u128(1..),
            span: fastrand::u64(1..),
            parent: None,
            flags: 0,
            is_foreign: false,
            state: None,
        }
    }

    /// A caller's `version-trace-span-flags`, and its `tracestate`. Versions after 00 may append further fields.
    pub fn parse(traceparent: &str, state: Option<&str>) -> Option<Self> {
        let mut fields = traceparent.split('-');
        let version = hex(fields.next()?, 2)?;
        let trace = hex(fields.next()?, 32)?;
        let span = hex(fields.next()?, 16)?;
        let flags = hex(fields.next()?, 2)?;
        let is_known = version != 0xff && (version != 0 || fields.next().is_none());
        (is_known && trace != 0 && span != 0).then(|| Self {
            trace,
            span: span as u64,
            parent: None,
            flags: flags as u8,
            is_foreign: true,
            state: state.filter(|state| state.len() <= LONGEST_STATE).map(Arc::from),
        })
    }

    /// The same trace, one span further: what this service does for a caller, or an upstream for this service.
    pub fn child(&self) -> Self {
        Self {
            span: fastrand::u64(1..),
            parent: Some(Parent {
                span: self.span,
                is_foreign: self.is_foreign,
            }),
            is_foreign: false,
            ..self.clone()
        }
    }

    /// The same, in a trace that is recorded.
    pub fn sampled(self) -> Self {
        Self {
            flags: self.flags | SAMPLED,
            ..self
        }
    }

    /// The same, in a trace that is not recorded from here on.
    pub fn unsampled(self) -> Self {
        Self {
            flags: self.flags & !SAMPLED,
            ..self
        }
    }

    /// Whether the trace is recorded: the flag `sampled`.
    pub fn is_sampled(&self) -> bool {
        self.flags & SAMPLED != 0
    }

    /// The trace's id, which is not 0. [`Self::id`] writes it as text.
    pub fn trace_id(&self) -> u128 {
        self.trace
    }

    /// The id of this span, which is not 0.
    pub fn span_id(&self) -> u64 {
        self.span
    }

    /// What this span is part of; none at the start of a trace, and for a span that was read from a message.
    pub fn parent(&self) -> Option<Parent> {
        self.parent
    }

    /// The flags of `traceparent`, of which the lowest says that the trace is recorded.
    pub fn flags(&self) -> u8 {
        self.flags
    }

    /// The vendor state, as the header `tracestate` has it. None where the caller sent none, or one of over 512 bytes.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The trace's id, 32 hexadecimal digits.
    #[expect(clippy::indexing_slicing, reason = "four bits are below sixteen")]
    pub fn id(&self) -> Arc<str> {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut rest = self.trace;
        let mut digits = [0; 32];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[(rest & 0xf) as usize];
            rest >>= 4;
        }
        std::str::from_utf8(&digits).unwrap_or_default().into()
    }
}

/// The `traceparent` header.
impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, self.flags)
    }
}

/// Exactly `length` digits, in lower case as the specification wants them.
fn hex(digits: &str, length: usize) -> Option<u128> {
    let is_lower = digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (digits.len() == length && is_lower)
        .then(|| u128::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SOUND: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn reads_and_writes() {
        let context = TraceContext::parse(SOUND, Some("a=b")).unwrap();
        assert_eq!((context.to_string().as_str(), context.state()), (SOUND, Some("a=b")));
        assert_eq!(&*context.id(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let child = context.child();
        assert_eq!(child.state(), Some("a=b"));
        let (start, end) = (&SOUND[..36], &SOUND[52..]);
        assert!(child.to_string().starts_with(start) && child.to_string().ends_with(end));
        assert_ne!(child.to_string(), SOUND, "the span is its own");
        let parent = |is_foreign, span| Some(Parent { span, is_foreign });
        assert_eq!(
            (context.parent(), child.parent()),
            (None, parent(true, context.span_id()))
        );
        assert_eq!(child.child().parent(), parent(false, child.span_id()));
        assert!(child.is_sampled() && !TraceContext::start().is_sampled());
        assert!(TraceContext::start().sampled().to_string().ends_with("-01"));
        assert!(context.clone().unsampled().to_string().ends_with("-00"));
        let later = format!("01{}-more", &SOUND[2..]);
        assert_eq!(TraceContext::parse(&later, None).unwrap().to_string(), SOUND);
    }

    #[test]
    fn refuses_what_is_not_sound() {
        for bad in [
            "",
            "00",
            &SOUND[..54],
            &format!("{SOUND}-x"),
            &SOUND.to_uppercase(),
            &format!("ff{}", &SOUND[2..]),
            &SOUND.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            &SOUND.replace("00f067aa0ba902b7", &"0".repeat(16)),
            &SOUND.replace("00f067aa0ba902b7", "+0f067aa0ba902b7"),
        ] {
            assert!(TraceContext::parse(bad, None).is_none(), "{bad}");
        }
        let long = "x".repeat(LONGEST_STATE + 1);
        assert_eq!(TraceContext::parse(SOUND, Some(&long)).unwrap().state(), None);
    }

    #[test]
    fn a_start_is_a_trace_of_its_own() {
        let (one, other) = (TraceContext::start(), TraceContext::start());
        assert_ne!(one.id(), other.id());
        assert!(TraceContext::parse(&one.to_string(), None).is_some());
    }
}

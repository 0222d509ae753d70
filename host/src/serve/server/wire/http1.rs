//! Where the messages of an HTTP/1 connection begin and end (RFC 9112). Whatever two readers could read differently is
//! refused: the one before this host may have decided by its own reading who may send what.

use http::uri::Authority;

use super::Refusal;
use crate::base::limits;

/// What cannot go on.
#[derive(Debug, PartialEq)]
pub(super) enum Stop {
    Head(Refusal),
    Body(&'static str),
}

#[derive(Default)]
pub(super) struct Http1Messages {
    at: At,
    /// Heads that have gone on.
    pub(super) heads: u64,
}

/// What the next byte belongs to.
enum At {
    Head(Head),
    /// So many bytes of a body are left.
    Body(u64),
    /// The line that says how long the next chunk is.
    Size,
    Chunk(u64),
    ChunkEnd,
    /// Trailers; so many bytes of them have gone on.
    Trailers(usize),
}

impl Default for At {
    fn default() -> Self {
        Self::Head(Head::default())
    }
}

/// What the lines of a head have said so far.
#[derive(Default)]
struct Head {
    /// The bytes of these lines.
    read: usize,
    lines: usize,
    is_http11: bool,
    hosts: usize,
    length: Option<u64>,
    is_chunked: bool,
}

impl Http1Messages {
    /// How many of `bytes` may go on, and what stops the one after them.
    pub(super) fn judge(&mut self, bytes: &[u8]) -> (usize, Option<Stop>) {
        let mut passed = 0;
        loop {
            let rest = bytes.get(passed..).unwrap_or_default();
            if rest.is_empty() {
                return (passed, None);
            }
            match self.step(rest) {
                Ok(0) => return (passed, None),
                Ok(more) => passed += more,
                Err(stop) => return (passed, Some(stop)),
            }
        }
    }

    /// Nothing of a message is left to come.
    pub(super) fn is_between(&self) -> bool {
        matches!(&self.at, At::Head(head) if head.read == 0)
    }

    /// How many bytes may go on; 0 where more are needed to know.
    fn step(&mut self, bytes: &[u8]) -> Result<usize, Stop> {
        match &mut self.at {
            At::Head(head) => {
                if !head.is_whole(bytes).map_err(Stop::Head)? {
                    return Ok(0);
                }
                let (read, next) = (head.read, head.body());
                self.heads += 1;
                self.at = next;
                Ok(read)
            }
            At::Body(left) => {
                let passed = take(left, bytes);
                if *left == 0 {
                    self.at = At::default();
                }
                Ok(passed)
            }
            At::Size => {
                let Some((line, length)) = chunk_line(bytes)? else {
                    return Ok(0);
                };
                self.at = match size(line)? {
                    0 => At::Trailers(0),
                    size => At::Chunk(size),
                };
                Ok(length)
            }
            At::Chunk(left) => {
                let passed = take(left, bytes);
                if *left == 0 {
                    self.at = At::ChunkEnd;
                }
                Ok(passed)
            }
            At::ChunkEnd => match bytes {
                [b'\r', b'\n', ..] => {
                    self.at = At::Size;
                    Ok(2)
                }
                [b'\r'] => Ok(0),
                _ => Err(Stop::Body("a chunk is longer than its size says")),
            },
            At::Trailers(read) => {
                let Some((line, length)) = chunk_line(bytes)? else {
                    return Ok(0);
                };
                *read += length;
                if *read > limits::HEADER_BYTES {
                    return Err(Stop::Body("the trailers are too long"));
                }
                if line.is_empty() {
                    self.at = At::default();
                } else {
                    field(line).map_err(|refusal| Stop::Body(refusal.message))?;
                }
                Ok(length)
            }
        }
    }
}

fn take(left: &mut u64, bytes: &[u8]) -> usize {
    let passed = bytes.len().min(usize::try_from(*left).unwrap_or(usize::MAX));
    *left -= passed as u64;
    passed
}

const fn bad(message: &'static str) -> Refusal {
    Refusal { status: 400, message }
}

/// The first line without its end, and its length with it; none before it is whole.
fn line(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, &'static str> {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
        return Ok(None);
    };
    let line = bytes.get(..end).unwrap_or_default();
    let line = line
        .strip_suffix(b"\r")
        .ok_or("a line ends with LF alone: it must be CR LF")?;
    if line.contains(&b'\r') {
        return Err("there is a CR that ends no line");
    }
    Ok(Some((line, end + 1)))
}

fn chunk_line(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, Stop> {
    let found = line(bytes).map_err(Stop::Body)?;
    let length = found.map_or(bytes.len(), |(line, _)| line.len());
    if length > limits::CHUNK_LINE {
        return Err(Stop::Body("a line between chunks is too long"));
    }
    Ok(found)
}

/// Of a chunk. Its extensions, which nobody has defined, say nothing.
fn size(line: &[u8]) -> Result<u64, Stop> {
    let wrong = || Stop::Body("the size of a chunk is no hexadecimal number");
    if line.iter().any(|byte| is_control(*byte)) {
        return Err(wrong());
    }
    let digits = match line.iter().position(|byte| *byte == b';') {
        Some(end) => line.get(..end).unwrap_or_default().trim_ascii_end(),
        None => line,
    };
    // 15 digits are more than any body has, and no sum of them overflows.
    if !(1..=15).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_hexdigit) {
        return Err(wrong());
    }
    let text = std::str::from_utf8(digits).map_err(|_| wrong())?;
    u64::from_str_radix(text, 16).map_err(|_| wrong())
}

fn is_control(byte: u8) -> bool {
    byte != b'\t' && byte.is_ascii_control()
}

/// RFC 9110, 5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Name and value.
fn field(line: &[u8]) -> Result<(&[u8], &[u8]), Refusal> {
    if line.first().is_some_and(|byte| matches!(byte, b' ' | b'\t')) {
        return Err(bad("a header goes on in the next line, which HTTP no longer has"));
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        return Err(bad("a header has no colon"));
    };
    let (name, value) = line.split_at(colon);
    if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
        return Err(bad("the name of a header has characters that it must not have"));
    }
    let value = value.get(1..).unwrap_or_default();
    if value.iter().any(|byte| is_control(*byte)) {
        return Err(bad("the value of a header has characters that it must not have"));
    }
    Ok((name, value.trim_ascii()))
}

impl Head {
    /// Reads the lines that have come since the last look.
    fn is_whole(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        let first = bytes.first().copied().unwrap_or(b'\r');
        if !is_token(first) && !matches!(first, b'\r' | b'\n') {
            return Err(bad("this is no HTTP request"));
        }
        loop {
            let rest = bytes.get(self.read..).unwrap_or_default();
            let found = line(rest).map_err(bad)?;
            if found.map_or(bytes.len(), |(_, length)| self.read + length) > limits::HEADER_BYTES {
                return Err(Refusal {
                    status: 431,
                    message: "the headers are too long",
                });
            }
            let Some((line, length)) = found else { return Ok(false) };
            self.read += length;
            match (line.is_empty(), self.lines) {
                // Clients of old send one after a body (RFC 9112, 2.2).
                (true, 0) if self.read == 2 => {}
                (true, 0) => return Err(bad("empty lines come before a request")),
                (true, _) => return self.end().map(|()| true),
                (false, 0) => self.request(line)?,
                (false, _) => self.field(line)?,
            }
            self.lines += usize::from(!line.is_empty());
        }
    }

    fn request(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let mut parts = line.split(|byte| *byte == b' ');
        let (method, target, version) = (parts.next(), parts.next(), parts.next());
        let (Some(method), Some(target), Some(version), None) = (method, target, version, parts.next()) else {
            return Err(bad("the first line is not method, target and version"));
        };
        let is_method = !method.is_empty() && method.iter().all(|byte| is_token(*byte));
        if !is_method || target.is_empty() || target.iter().any(u8::is_ascii_control) {
            return Err(bad("the first line is not method, target and version"));
        }
        self.is_http11 = match version {
            b"HTTP/1.1" => true,
            b"HTTP/1.0" => false,
            [b'H', b'T', b'T', b'P', b'/', major, b'.', minor] if major.is_ascii_digit() && minor.is_ascii_digit() => {
                return Err(Refusal {
                    status: 505,
                    message: "this version of HTTP is not served: 1.1 and 2 are",
                });
            }
            _ => return Err(bad("the first line is not method, target and version")),
        };
        Ok(())
    }

    fn field(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let (name, value) = field(line)?;
        match name.len() {
            4 if name.eq_ignore_ascii_case(b"host") => {
                self.hosts += 1;
                if !is_host(value) {
                    return Err(bad("the Host is no name of a host"));
                }
            }
            14 if name.eq_ignore_ascii_case(b"content-length") => {
                if self.length.is_some() {
                    return Err(bad("there are several Content-Length"));
                }
                self.length = Some(length(value)?);
            }
            17 if name.eq_ignore_ascii_case(b"transfer-encoding") => self.coding(value)?,
            _ => {}
        }
        Ok(())
    }

    fn coding(&mut self, value: &[u8]) -> Result<(), Refusal> {
        if !self.is_http11 {
            return Err(bad("HTTP/1.0 has no Transfer-Encoding"));
        }
        if self.is_chunked {
            return Err(bad("there are several Transfer-Encoding"));
        }
        if value.eq_ignore_ascii_case(b"chunked") {
            self.is_chunked = true;
            return Ok(());
        }
        let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
        let before = value.get(..value.len() - last.len()).unwrap_or_default();
        let is_chunked = |coding: &[u8]| coding.trim_ascii().eq_ignore_ascii_case(b"chunked");
        if !is_chunked(last) {
            return Err(bad("the last Transfer-Encoding of a request must be chunked"));
        }
        if before.split(|byte| *byte == b',').any(is_chunked) {
            return Err(bad("a body is chunked once only"));
        }
        Err(Refusal {
            status: 501,
            message: "the only Transfer-Encoding that is served is chunked",
        })
    }

    fn end(&self) -> Result<(), Refusal> {
        match self.hosts {
            0 if self.is_http11 => return Err(bad("the Host is missing")),
            0 | 1 => {}
            _ => return Err(bad("there are several Host")),
        }
        if self.is_chunked && self.length.is_some() {
            return Err(bad(
                "there are Transfer-Encoding and Content-Length: one of them is wrong",
            ));
        }
        Ok(())
    }

    fn body(&self) -> At {
        match (self.is_chunked, self.length) {
            (true, _) => At::Size,
            (false, None | Some(0)) => At::default(),
            (false, Some(length)) => At::Body(length),
        }
    }
}

fn length(value: &[u8]) -> Result<u64, Refusal> {
    // 18 digits are more than any body has, and fit.
    let is_number = (1..=18).contains(&value.len()) && value.iter().all(u8::is_ascii_digit);
    let text = std::str::from_utf8(value).unwrap_or_default();
    let number = text.parse().ok().filter(|_| is_number);
    number.ok_or(bad("the Content-Length is no number"))
}

/// A name or address, and perhaps a port.
pub(in crate::serve::server) fn is_host(value: &[u8]) -> bool {
    let Ok(authority) = Authority::try_from(value) else {
        return false;
    };
    let text = authority.as_str();
    let after = text.strip_prefix(authority.host()).unwrap_or("@");
    let is_port = match after.strip_prefix(':') {
        Some(port) => port.is_empty() || port.parse::<u16>().is_ok(),
        None => after.is_empty(),
    };
    !authority.host().is_empty() && is_port
}

#[cfg(test)]
mod tests {
    use super::*;

    const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\n";

    /// Judges bytes in pieces of a length, as `Wire` does: the bytes that go on, and what stops them.
    fn judged(bytes: &[u8], piece: usize) -> (usize, u64, Option<Stop>) {
        let mut messages = Http1Messages::default();
        let (mut passed, mut come) = (0, 0);
        while come < bytes.len() {
            come = (come + piece).min(bytes.len());
            let (more, stop) = messages.judge(&bytes[passed..come]);
            passed += more;
            if stop.is_some() {
                return (passed, messages.heads, stop);
            }
        }
        (passed, messages.heads, None)
    }

    #[test]
    fn sound_messages_go_on_in_whichever_pieces_they_come() {
        let messages = [
            format!("{GET}\r\n"),
            "\r\nGET / HTTP/1.0\r\n\r\n".to_owned(),
            "POST /a HTTP/1.1\r\nHOST: [::1]:80\r\nContent-Length: 5\r\n\r\na\nb\0c".to_owned(),
            format!("{GET}transfer-encoding: Chunked\r\n\r\n3;x=\"y\"\r\na\r\n\r\n000\r\nx-sum: 1\r\n\r\n"),
            format!("{GET}a:\r\nb: \t c \r\ncontent-length: 0\r\n\r\n"),
        ];
        let all = messages.concat();
        for piece in 1..all.len() {
            assert_eq!(judged(all.as_bytes(), piece), (all.len(), 5, None), "pieces of {piece}");
        }
    }

    #[test]
    fn unsound_heads_are_refused_where_they_begin() {
        for (head, status) in [
            ("GET / HTTP/1.1\nhost: x\n\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: x\n\r\n".to_owned(), 400),
            ("\nGET / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            (format!("{GET}a: b\rc: d\r\n\r\n"), 400),
            (format!("{GET}a: b\r\n c\r\n\r\n"), 400),
            (format!("{GET}a : b\r\n\r\n"), 400),
            (format!("{GET}: b\r\n\r\n"), 400),
            (format!("{GET}a\r\n\r\n"), 400),
            (format!("{GET}a: \0\r\n\r\n"), 400),
            (format!("{GET}a\0: b\r\n\r\n"), 400),
            (format!("{GET}host: x\r\n\r\n"), 400),
            ("GET / HTTP/1.1\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: \r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: a b\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: a/b\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: me@a\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: a:b\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: a:99999\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.1\r\nhost: a, b\r\n\r\n".to_owned(), 400),
            (format!("{GET}content-length: 1\r\ncontent-length: 1\r\n\r\n"), 400),
            (format!("{GET}content-length: 1, 1\r\n\r\n"), 400),
            (format!("{GET}content-length: +1\r\n\r\n"), 400),
            (format!("{GET}content-length: -1\r\n\r\n"), 400),
            (format!("{GET}content-length: 0x1\r\n\r\n"), 400),
            (format!("{GET}content-length: \r\n\r\n"), 400),
            (format!("{GET}content-length: 99999999999999999999\r\n\r\n"), 400),
            (
                format!("{GET}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n"),
                400,
            ),
            (
                format!("{GET}transfer-encoding: chunked\r\ncontent-length: 1\r\n\r\n"),
                400,
            ),
            (format!("{GET}transfer-encoding: gzip, chunked\r\n\r\n"), 501),
            (format!("{GET}transfer-encoding: x-own ,chunked\r\n\r\n"), 501),
            (format!("{GET}transfer-encoding: gzip\r\n\r\n"), 400),
            (format!("{GET}transfer-encoding: identity\r\n\r\n"), 400),
            (format!("{GET}transfer-encoding: chunked, chunked\r\n\r\n"), 400),
            (
                format!("{GET}transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n"),
                400,
            ),
            (format!("{GET}transfer-encoding: xchunked\r\n\r\n"), 400),
            ("GET / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n".to_owned(), 400),
            ("GET  / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("GET /\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("G(T / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("GET / http/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("GET / HTTP/1.2\r\nhost: x\r\n\r\n".to_owned(), 505),
            ("GET / HTTP/3.0\r\nhost: x\r\n\r\n".to_owned(), 505),
            ("\r\n\r\nGET / HTTP/1.1\r\nhost: x\r\n\r\n".to_owned(), 400),
            ("\u{16}\u{3}\u{1}".to_owned(), 400),
            (format!("{GET}x: {}\r\n\r\n", "y".repeat(limits::HEADER_BYTES)), 431),
            ("y".repeat(limits::HEADER_BYTES + 1), 431),
        ] {
            let first = format!("{GET}\r\n");
            let all = format!("{first}{head}");
            for piece in [1, 7, all.len()] {
                let (passed, heads, stop) = judged(all.as_bytes(), piece);
                let Some(Stop::Head(refusal)) = stop else {
                    panic!("{head:?} is not refused: {stop:?}");
                };
                assert_eq!(
                    (passed, heads, refusal.status),
                    (first.len(), 1, status),
                    "{head:?}: {refusal:?}"
                );
                if all.len() > limits::HEADER_BYTES {
                    break;
                }
            }
        }
    }

    #[test]
    fn bodies_that_two_could_read_differently_end_there() {
        for body in [
            "5\nhello\r\n0\r\n\r\n",
            "5\r\nhello0\r\n\r\n",
            "5\r\nhello\n0\r\n\r\n",
            "\r\n",
            "-1\r\n",
            "+5\r\nhello\r\n",
            "0x5\r\nhello\r\n",
            "5 \r\nhello\r\n",
            " 5\r\nhello\r\n",
            "5;a\rb\r\nhello\r\n",
            "5;a\0\r\nhello\r\n",
            "g\r\n",
            "fffffffffffffffff\r\n",
            "0\r\n a: b\r\n\r\n",
            "0\r\na : b\r\n\r\n",
            "0\r\na: b\n\r\n",
            &format!("5;{}\r\nhello\r\n", "x".repeat(limits::CHUNK_LINE)),
        ] {
            let all = format!("{GET}transfer-encoding: chunked\r\n\r\n{body}");
            for piece in [1, all.len()] {
                let (_, _, stop) = judged(all.as_bytes(), piece);
                assert!(matches!(stop, Some(Stop::Body(_))), "{body:?}: {stop:?}");
            }
        }
    }
}

//! One spelling for each path (RFC 3986, 6.2.2), for routes and requests alike.

use std::borrow::Cow;

/// What is percent-encoded in a path although clients and authors may write it plainly.
fn is_plain(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'<' | b'>' | b'`' | b'^' | b'|' | b'\\')
}

/// RFC 3986, 2.3: whoever encodes these says the same without.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// A path in its one spelling: nothing encoded that need not be, hexadecimal digits in upper case, no `.` and `..`. What is
/// data stays so: `%2F` is no `/`. None where a `%` is not followed by two hexadecimal digits.
pub(crate) fn normal(path: &str) -> Option<Cow<'_, str>> {
    let spelled = spell(path)?;
    if !has_dots(&spelled) {
        return Some(spelled);
    }
    Some(without_dots(&spelled).into())
}

/// Percent-encoding alone.
pub(super) fn spell(path: &str) -> Option<Cow<'_, str>> {
    if !path.bytes().any(|byte| byte == b'%' || is_plain(byte)) {
        return Some(path.into());
    }
    let mut spelled = String::with_capacity(path.len() + 16);
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        let (byte, was_encoded) = match byte {
            b'%' => (digit(bytes.next())? << 4 | digit(bytes.next())?, true),
            byte => (byte, false),
        };
        if is_plain(byte) || was_encoded && !is_unreserved(byte) {
            spelled.push('%');
            let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(digit.into(), 16));
            spelled.extend(digits.into_iter().flatten().map(|digit| digit.to_ascii_uppercase()));
        } else {
            spelled.push(char::from(byte));
        }
    }
    Some(spelled.into())
}

fn digit(byte: Option<u8>) -> Option<u8> {
    let digit = char::from(byte?).to_digit(16)?;
    u8::try_from(digit).ok()
}

pub(super) fn has_dots(path: &str) -> bool {
    path.split('/').any(|segment| matches!(segment, "." | ".."))
}

/// RFC 3986, 5.2.4; nothing is above the root.
fn without_dots(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    let mut ends_in_folder = false;
    for segment in path.split('/').skip(1) {
        ends_in_folder = matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let last = if ends_in_folder { "/" } else { "" };
    match segments.is_empty() {
        true => "/".to_owned(),
        false => format!("/{}{last}", segments.join("/")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_has_one_spelling() {
        for (path, expected) in [
            ("/echo", "/echo"),
            ("/%65cho", "/echo"),
            ("/%65%63%68%6F", "/echo"),
            ("/%7euser/%2D%5f%2e", "/~user/-_."),
            ("/a%2fb", "/a%2Fb"),
            ("/a%3ab%c3%a9", "/a%3Ab%C3%A9"),
            ("/é|\"", "/%C3%A9%7C%22"),
            ("/%2565", "/%2565"),
            ("/%00", "/%00"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/a/%2e%2E/b", "/b"),
            ("/a/%2e", "/a/"),
            ("/a/b/..", "/a/"),
            ("/../../a", "/a"),
            ("/..", "/"),
            ("/a/...", "/a/..."),
            ("/a/..%2fb", "/a/..%2Fb"),
            ("/a//../b", "/a/b"),
            ("//", "//"),
            ("*", "*"),
        ] {
            let once = normal(path).unwrap().into_owned();
            assert_eq!(once, expected, "{path}");
            assert_eq!(normal(&once).unwrap(), expected, "a second time changes nothing");
        }
        for broken in ["/%", "/%4", "/%zz", "/%4g", "/a%+1"] {
            assert_eq!(normal(broken), None, "{broken}");
        }
    }
}

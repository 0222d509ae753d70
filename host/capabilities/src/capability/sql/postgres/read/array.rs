//! Arrays, as the server shows them: `{1,2,NULL}`, `{{"a b",c},{d,e}}`, `[0:1]={x,y}`.

use std::fmt::Write;

use super::unreadable::{Unreadable, fixed, written};
use crate::base::limits;

/// What the server allows, too.
const MAX_DIMENSIONS: usize = 6;

struct Dimension {
    length: usize,
    first: i32,
}

/// Writes one element of an array.
type Element<'a> = dyn Fn(&[u8], &mut String) -> Result<(), Unreadable> + 'a;

/// The rest of an array.
struct ArrayElements<'a>(&'a [u8]);

impl<'a> ArrayElements<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(Unreadable::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<i32, Unreadable> {
        Ok(i32::from_be_bytes(fixed(self.take(4)?)?))
    }
}

pub(super) fn write(bytes: &[u8], element: &Element<'_>, out: &mut String) -> Result<(), Unreadable> {
    let mut rest = ArrayElements(bytes);
    let count = usize::try_from(rest.number()?).map_err(|_| Unreadable::Malformed)?;
    let (_has_nulls, _element_type) = (rest.number()?, rest.number()?);
    if count > MAX_DIMENSIONS {
        return Err(Unreadable::Malformed);
    }
    let mut dimensions = Vec::with_capacity(count);
    for _ in 0..count {
        let length = usize::try_from(rest.number()?).map_err(|_| Unreadable::Malformed)?;
        let first = rest.number()?;
        dimensions.push(Dimension { length, first });
    }
    if dimensions.iter().any(|dimension| dimension.first != 1) {
        for Dimension { length, first } in &dimensions {
            let last = i64::from(*first) + *length as i64 - 1;
            written(write!(out, "[{first}:{last}]"))?;
        }
        out.push('=');
    }
    if dimensions.is_empty() {
        out.push_str("{}");
        return Ok(());
    }
    nested(&dimensions, element, &mut rest, out)
}

fn nested(
    dimensions: &[Dimension],
    element: &Element<'_>,
    rest: &mut ArrayElements<'_>,
    out: &mut String,
) -> Result<(), Unreadable> {
    let [outer, inner @ ..] = dimensions else {
        return single(element, rest, out);
    };
    out.push('{');
    for index in 0..outer.length {
        if index > 0 {
            out.push(',');
        }
        nested(inner, element, rest, out)?;
        if out.len() > limits::SQL_BYTES {
            return Err(Unreadable::TooLong);
        }
    }
    out.push('}');
    Ok(())
}

fn single(element: &Element<'_>, rest: &mut ArrayElements<'_>, out: &mut String) -> Result<(), Unreadable> {
    let Ok(length) = usize::try_from(rest.number()?) else {
        out.push_str("NULL");
        return Ok(());
    };
    let mut text = String::new();
    element(rest.take(length)?, &mut text)?;
    let is_plain = |byte: u8| !byte.is_ascii_whitespace() && byte != b'\x0b' && !b"{}\",\\".contains(&byte);
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && text.bytes().all(is_plain) {
        out.push_str(&text);
        return Ok(());
    }
    out.push('"');
    for character in text.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
    Ok(())
}

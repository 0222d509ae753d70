//! Integers in JSON that no integer of a guest holds. One language would round them and another would not, so they are
//! refused unless a real number holds them, too.

/// Digits from which on an integer may be beyond 64 bits.
const LONG: usize = 19;
/// What a message shows of one. Bytes.
const SHOWN: usize = 40;

/// The first integer of a JSON text that would be rounded, as a message shows it.
pub(super) fn rounded(json: &str) -> Option<String> {
    // A run of so many digits covers one of these places; most texts have none, and nothing else of them is looked at.
    let may_be = (0..json.len()).step_by(LONG).any(|at| run(json.as_bytes(), at) >= LONG);
    let found = may_be.then(|| numbers(json).find(|number| is_rounded(number)))??;
    Some(match found.get(..SHOWN) {
        Some(start) if found.len() > SHOWN => format!("{start}…"),
        _ => found.to_owned(),
    })
}

/// How many digits there are around a place, as far as it matters.
fn run(json: &[u8], at: usize) -> usize {
    let is_digit = |byte: &&u8| byte.is_ascii_digit();
    let (before, after) = json.split_at_checked(at).unwrap_or((json, &[]));
    let behind = after.iter().take(LONG).take_while(is_digit).count();
    if behind == 0 {
        return 0;
    }
    behind + before.iter().rev().take(LONG).take_while(is_digit).count()
}

/// The numbers of a text that is known to be JSON.
fn numbers(json: &str) -> impl Iterator<Item = &str> {
    let (mut is_text, mut is_escaped) = (false, false);
    json.split(move |character: char| {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => is_text = !is_text,
            _ => return is_text || !matches!(character, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'),
        }
        true
    })
    .filter(|number| number.len() >= LONG)
}

fn is_rounded(number: &str) -> bool {
    let is_integer = number.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if !is_integer || number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok() {
        return false;
    }
    // Beyond all of them, the parsers of guests refuse it.
    let Some(real) = number.parse::<f64>().ok().filter(|real| real.is_finite()) else {
        return false;
    };
    // Exactly it, or what a program prints that has that real: its first digits, and zeros.
    number != format!("{real:.0}") && number != real.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_of_64_bits_and_those_that_are_reals_are_whole() {
        for json in [
            "18446744073709551615",
            "-9223372036854775808",
            "[9223372036854775808, 1e400, 12345678901234567890.5]",
            "18446744073709551616",
            "100000000000000000000",
            "-100000000000000000000000",
            "123456789012345680000",
            "123456789012345683968",
            r#"{"99999999999999999999": "99999999999999999999 \" 99999999999999999999"}"#,
            "9007199254740993.0",
            "1234567890123456789012345e-5",
            "",
        ] {
            assert_eq!(rounded(json), None, "{json}");
        }
        assert_eq!(
            rounded(&format!("1{}", "0".repeat(400))),
            None,
            "no number of any guest"
        );
    }

    #[test]
    fn what_would_be_rounded_is_found_wherever_it_stands() {
        for number in [
            "18446744073709551617",
            "-9223372036854775809",
            "99999999999999999999",
            "123456789012345678901234567890123456789",
        ] {
            for place in 0..40 {
                let json = format!(r#"{{"{}\\\"": [1, {{"b": {number}}}], "c": "x"}}"#, "a".repeat(place));
                assert_eq!(rounded(&json).as_deref(), Some(number), "{json}");
            }
            assert_eq!(rounded(number).as_deref(), Some(number));
        }
        let long = "9".repeat(100);
        assert_eq!(rounded(&long), Some(format!("{}…", "9".repeat(40))));
    }
}

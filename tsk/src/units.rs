//! Durations and sizes: text until someone asks.

use std::time::Duration;

/// `"30s"`, `"5m"`, `"1h30m"`, `"500ms"`; the units are `ns us ms s m h d w`. A bare number is seconds.
pub fn duration(text: &str) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, unit, behind) = quantity(rest)?;
        total += number
            * match unit {
                "ns" => 1e-9,
                "us" | "µs" => 1e-6,
                "ms" => 1e-3,
                "s" => 1.0,
                "m" | "min" => 60.0,
                "h" => 3600.0,
                "d" => 86_400.0,
                "w" => 604_800.0,
                _ => return None,
            };
        rest = behind.trim_start();
    }
    (!text.is_empty())
        .then(|| Duration::try_from_secs_f64(total).ok())
        .flatten()
}

/// `"64MB"`, `"1.5 GiB"`, `"512"` in bytes. `KB` and `KiB` are both 1024 bytes, and so on: these are sizes of memory.
pub fn size(text: &str) -> Option<u64> {
    let text = text.trim();
    let (number, unit, rest) = quantity(text)?;
    let power = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        _ => return None,
    };
    let bytes = number * 1024f64.powi(power);
    (rest.is_empty() && bytes <= i64::MAX as f64).then_some(bytes.round() as u64)
}

/// A number, its unit, and what follows.
fn quantity(text: &str) -> Option<(f64, &str, &str)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let number = text[..digits].parse().ok()?;
    let behind = text[digits..].trim_start();
    let unit = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
    Some((number, &behind[..unit], &behind[unit..]))
}

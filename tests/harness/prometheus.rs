//! Reads a page of metrics as strictly as Prometheus does.

use std::collections::{BTreeMap, BTreeSet};

/// A page of metrics, read as strictly as the format is written: what a scraper might take as something else, or
/// refuse, panics here.
#[derive(Debug)]
pub(crate) struct Metrics {
    samples: BTreeMap<(String, Labels), f64>,
    kinds: BTreeMap<String, String>,
}

type Labels = BTreeMap<String, String>;

impl Metrics {
    pub(crate) fn parse(text: &str) -> Self {
        assert!(text.ends_with('\n'), "the last line ends");
        let mut page = Self {
            samples: BTreeMap::new(),
            kinds: BTreeMap::new(),
        };
        let mut family = String::new();
        for line in text.lines() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                assert!(help.split_once(' ').is_some_and(|(name, _)| is_name(name)), "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').unwrap_or_else(|| panic!("{line}"));
                assert!(
                    is_name(name) && matches!(kind, "counter" | "gauge" | "histogram"),
                    "{line}"
                );
                assert!(
                    page.kinds.insert(name.to_owned(), kind.to_owned()).is_none(),
                    "twice: {line}"
                );
                name.clone_into(&mut family);
            } else {
                let (name, labels, value) = sample(line);
                page.belongs(&name, &family, &labels, line);
                assert!(page.samples.insert((name, labels), value).is_none(), "twice: {line}");
            }
        }
        page.histograms_add_up();
        page
    }

    fn belongs(&self, name: &str, family: &str, labels: &Labels, line: &str) {
        let suffix = name
            .strip_prefix(family)
            .unwrap_or_else(|| panic!("{line} stands in the family {family}"));
        let is_histogram = self.kinds[family] == "histogram";
        let allowed: &[&str] = if is_histogram {
            &["_bucket", "_sum", "_count"]
        } else {
            &[""]
        };
        assert!(allowed.contains(&suffix), "{line} stands in the family {family}");
        assert_eq!(suffix == "_bucket", labels.contains_key("le"), "{line}");
    }

    fn histograms_add_up(&self) {
        let histograms = self.kinds.iter().filter(|(_, kind)| *kind == "histogram");
        for (name, _) in histograms {
            let mut series: BTreeMap<Labels, Vec<(f64, f64)>> = BTreeMap::new();
            for ((_, labels), count) in self
                .samples
                .iter()
                .filter(|((own, _), _)| *own == format!("{name}_bucket"))
            {
                let mut labels = labels.clone();
                let bound = number(&labels.remove("le").expect("a bucket has a bound"));
                series.entry(labels).or_default().push((bound, *count));
            }
            for (labels, mut buckets) in series {
                buckets.sort_by(|a, b| a.0.total_cmp(&b.0));
                assert!(buckets.is_sorted_by(|a, b| a.1 <= b.1), "{name} {labels:?} {buckets:?}");
                let last = buckets.last().copied();
                let count = self.samples[&(format!("{name}_count"), labels.clone())];
                assert_eq!(last, Some((f64::INFINITY, count)), "{name} {labels:?}");
                assert!(self.samples.contains_key(&(format!("{name}_sum"), labels)));
            }
        }
    }

    pub(crate) fn kind(&self, family: &str) -> Option<&str> {
        self.kinds.get(family).map(String::as_str)
    }

    /// The sum of all samples of a name that have these labels among theirs; none when there is no such sample.
    pub(crate) fn get(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let has = |own: &Labels| {
            labels
                .iter()
                .all(|(label, value)| own.get(*label).map(String::as_str) == Some(*value))
        };
        let found = self
            .samples
            .iter()
            .filter(|((own, given), _)| own == name && has(given));
        found.map(|(_, value)| *value).reduce(|sum, value| sum + value)
    }

    /// The names of all labels of a metric's samples.
    pub(crate) fn labels(&self, name: &str) -> BTreeSet<&str> {
        let own = self.samples.keys().filter(|(own, _)| own == name);
        own.flat_map(|(_, labels)| labels.keys().map(String::as_str)).collect()
    }

    /// How many series of a name there are.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.samples.keys().filter(|(own, _)| own == name).count()
    }
}

/// `name{label="value",…} number`
fn sample(line: &str) -> (String, Labels, f64) {
    let wrong = || -> ! { panic!("no sample: {line}") };
    let end = line.find(['{', ' ']).unwrap_or_else(|| wrong());
    let (name, mut rest) = line.split_at(end);
    assert!(is_name(name), "{line}");
    let mut labels = Labels::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        loop {
            let (label, after) = rest.split_once("=\"").unwrap_or_else(|| wrong());
            assert!(is_name(label) && !label.contains(':'), "{line}");
            let (value, after) = quoted(after).unwrap_or_else(|| wrong());
            assert!(labels.insert(label.to_owned(), value).is_none(), "{line}");
            match after.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    rest = after.strip_prefix('}').unwrap_or_else(|| wrong());
                    break;
                }
            }
        }
    }
    let value = rest.strip_prefix(' ').unwrap_or_else(|| wrong());
    (name.to_owned(), labels, number(value))
}

/// Up to the closing quote, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                escaped @ ('"' | '\\') => escaped,
                _ => return None,
            }),
            '\n' => return None,
            _ => value.push(character),
        }
    }
    None
}

fn number(text: &str) -> f64 {
    match text {
        "+Inf" => f64::INFINITY,
        "-Inf" => f64::NEG_INFINITY,
        "NaN" => f64::NAN,
        text => {
            let plain = text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
            assert!(plain, "no number: {text}");
            text.parse().unwrap_or_else(|_| panic!("no number: {text}"))
        }
    }
}

fn is_name(text: &str) -> bool {
    let is_start = |byte: u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':');
    text.bytes().next().is_some_and(is_start) && text.bytes().all(|byte| is_start(byte) || byte.is_ascii_digit())
}

//! The text format that Prometheus reads, version 0.0.4.

use std::fmt::Write as _;

pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// A page of metrics on its way. Samples follow the family that they belong to.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    family: String,
}

impl Page {
    /// `kind` is `counter`, `gauge` or `histogram`.
    pub(super) fn family(&mut self, name: &str, kind: &str, help: &str) {
        name.clone_into(&mut self.family);
        if !help.is_empty() {
            let help = help.replace('\\', "\\\\").replace('\n', "\\n");
            let _ = writeln!(self.text, "# HELP {name} {help}");
        }
        let _ = writeln!(self.text, "# TYPE {name} {kind}");
    }

    pub(super) fn sample(&mut self, labels: &[(&str, &str)], value: f64) {
        self.line("", labels, None, value);
    }

    /// `cumulative` holds upper bounds, the last one infinite, and the number of observations within each.
    pub(super) fn histogram(&mut self, labels: &[(&str, &str)], cumulative: &[(f64, u64)], sum: f64) {
        for (bound, count) in cumulative {
            self.line("_bucket", labels, Some(*bound), *count as f64);
        }
        self.line("_sum", labels, None, sum);
        let count = cumulative.last().map_or(0, |(_, count)| *count);
        self.line("_count", labels, None, count as f64);
    }

    /// A family with one sample and no labels.
    pub(super) fn single(&mut self, name: &str, kind: &str, help: &str, value: f64) {
        self.family(name, kind, help);
        self.sample(&[], value);
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    fn line(&mut self, suffix: &str, labels: &[(&str, &str)], bound: Option<f64>, value: f64) {
        self.text.push_str(&self.family);
        self.text.push_str(suffix);
        let mut separator = '{';
        for (name, value) in labels {
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            let _ = write!(self.text, "{separator}{name}=\"{value}\"");
            separator = ',';
        }
        if let Some(bound) = bound {
            let _ = write!(self.text, "{separator}le=\"{}\"", number(bound));
            separator = ',';
        }
        if separator == ',' {
            self.text.push('}');
        }
        let _ = writeln!(self.text, " {}", number(value));
    }
}

fn number(value: f64) -> String {
    match value {
        f64::INFINITY => "+Inf".to_owned(),
        f64::NEG_INFINITY => "-Inf".to_owned(),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page() {
        let mut page = Page::default();
        page.single("up_time_seconds", "gauge", "one\\two\nthree", 1.5);
        page.family("requests_total", "counter", "");
        page.sample(&[("path", "a\"b\\c\nd"), ("status", "200")], 3.0);
        page.family("took_seconds", "histogram", "h");
        page.histogram(&[("route", "/")], &[(0.5, 1), (f64::INFINITY, 2)], 9.25);
        page.single("odd", "gauge", "", f64::NEG_INFINITY);
        let expected = "\
# HELP up_time_seconds one\\\\two\\nthree
# TYPE up_time_seconds gauge
up_time_seconds 1.5
# TYPE requests_total counter
requests_total{path=\"a\\\"b\\\\c\\nd\",status=\"200\"} 3
# HELP took_seconds h
# TYPE took_seconds histogram
took_seconds_bucket{route=\"/\",le=\"0.5\"} 1
took_seconds_bucket{route=\"/\",le=\"+Inf\"} 2
took_seconds_sum{route=\"/\"} 9.25
took_seconds_count{route=\"/\"} 2
# TYPE odd gauge
odd -Inf
";
        assert_eq!(page.finish(), expected);
    }
}

//! Metrics of fujsens.
#![allow(clippy::unwrap_used)]
use super::{super::text::PageFormat, *};

fn measure<'a>(how: How, name: &'a str, value: f64, labels: &[(&str, &str)]) -> Measure<'a> {
    Measure {
        how,
        name,
        value,
        labels: labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        buckets: &[],
        version: 1,
    }
}

fn page(custom: &Custom) -> String {
    PageFormat::Prometheus.write(custom.gather())
}

/// The page without what it says of its families.
fn samples(custom: &Custom) -> String {
    let page = page(custom);
    let samples = page.lines().filter(|line| !line.starts_with("# HELP"));
    samples.flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn kinds_and_labels() {
    let custom = Custom::default();
    let take = |measure| custom.measure(measure).unwrap();
    take(measure(
        How::Count,
        "orders_total",
        2.0,
        &[("kind", "book"), ("by", "web")],
    ));
    take(measure(
        How::Count,
        "orders_total",
        0.5,
        &[("by", "web"), ("kind", "book")],
    ));
    take(measure(How::Set, "depth", 4.0, &[]));
    take(measure(How::Change, "depth", -1.0, &[]));
    // The page records totals that it was told, not steps: the largest counts.
    take(measure(How::Record, "requests_total", 7.0, &[]));
    take(measure(How::Record, "requests_total", 9.0, &[]));
    take(measure(How::Record, "requests_total", 8.0, &[]));
    take(measure(How::Record, "memory_usage", 9.0, &[]));
    take(measure(How::Record, "memory_usage", 8.5, &[]));
    let euros = |value| Measure {
        buckets: &[1.0, 10.0],
        ..measure(How::Observe, "euros", value, &[])
    };
    take(euros(1.0));
    take(euros(5.0));
    take(euros(50.0));
    let expected = "\
# TYPE depth gauge
depth 3.0
# TYPE euros histogram
euros_bucket{le=\"1\"} 1
euros_bucket{le=\"10\"} 2
euros_bucket{le=\"+Inf\"} 3
euros_sum 56.0
euros_count 3
# TYPE memory_usage gauge
memory_usage 8.5
# TYPE orders_total counter
orders_total{by=\"web\",kind=\"book\"} 2.5
# TYPE requests_total counter
requests_total 9.0
";
    assert_eq!(samples(&custom), expected);
}

#[test]
fn what_is_wrong_is_said() {
    let custom = Custom::default();
    custom.measure(measure(How::Observe, "took", 1.0, &[])).unwrap();
    custom.measure(measure(How::Set, "x_sum", 1.0, &[])).unwrap();
    let many: Vec<_> = ["a", "b", "c", "d", "e", "f", "g", "h", "i"]
        .map(|name| (name, ""))
        .to_vec();
    let buckets = |buckets| Measure {
        buckets,
        ..measure(How::Observe, "sizes", 1.0, &[])
    };
    for (wrong, message) in [
        (measure(How::Set, "9lives", 1.0, &[]), "`9lives` is no name of a metric"),
        (measure(How::Set, "", 1.0, &[]), "`` is no name of a metric"),
        (measure(How::Set, "a-b", 1.0, &[]), "`a-b` is no name of a metric"),
        (measure(How::Set, &"a".repeat(129), 1.0, &[]), "is no name of a metric"),
        (
            measure(How::Set, "tusk_x", 1.0, &[]),
            "use another, such as `app_tusk_x`",
        ),
        (measure(How::Set, "process_x", 1.0, &[]), "a name of the host's own"),
        (measure(How::Set, "alert_firing", 1.0, &[]), "a name of the host's own"),
        (
            measure(How::Set, "a", 1.0, &many),
            "the metric `a` has 9 labels: 8 is the most",
        ),
        (measure(How::Set, "a", 1.0, &[("le", "")]), "`le` is no name of a label"),
        (
            measure(How::Set, "a", 1.0, &[("__x", "")]),
            "`__x` is no name of a label",
        ),
        (
            measure(How::Set, "a", 1.0, &[("a:b", "")]),
            "`a:b` is no name of a label",
        ),
        (
            measure(How::Set, "a", 1.0, &[("b", ""), ("b", "")]),
            "the metric `a` has the label `b` twice",
        ),
        (
            measure(How::Count, "a", -1.0, &[]),
            "the counter `a` cannot take -1: a counter only grows",
        ),
        (
            measure(How::Record, "a_total", f64::NAN, &[]),
            "the counter `a_total` cannot take NaN",
        ),
        (
            measure(How::Observe, "a", f64::INFINITY, &[]),
            "the metric `a` cannot take inf",
        ),
        (
            measure(How::Set, "took", 1.0, &[]),
            "the metric `took` is a histogram already, so it cannot be a gauge",
        ),
        (
            measure(How::Set, "took_count", 1.0, &[]),
            "the metrics `took_count` and `took` clash",
        ),
        (
            measure(How::Count, "x_sum_total", 1.0, &[]),
            "the metrics `x_sum_total` and `x_sum` clash",
        ),
        (
            measure(How::Count, "took_sum", 1.0, &[]),
            "the metrics `took_sum` and `took` clash",
        ),
        (
            measure(How::Observe, "x", 1.0, &[]),
            "the metrics `x` and `x_sum` clash",
        ),
        (
            buckets(&[2.0, 1.0]),
            "the buckets of `sizes` must be at most 32 finite numbers in ascending order",
        ),
        (buckets(&[1.0; 33]), "the buckets of `sizes` must be"),
    ] {
        let error = custom.measure(wrong).unwrap_err();
        assert!(error.contains(message), "{error}");
    }
    assert!(
        page(&custom).ends_with("x_sum 1.0\n") && !page(&custom).contains("sizes"),
        "nothing else was kept"
    );
}

#[test]
fn a_later_version_may_make_a_metric_something_else() {
    let custom = Custom::default();
    custom.measure(measure(How::Set, "a", 1.0, &[])).unwrap();
    let later = Measure {
        version: 2,
        ..measure(How::Count, "a", 3.0, &[])
    };
    custom.measure(later).unwrap();
    assert_eq!(samples(&custom), "# TYPE a_total counter\na_total 3.0\n");
    assert!(
        custom.measure(measure(How::Set, "a", 1.0, &[])).is_err(),
        "a call of the version before"
    );
}

#[test]
fn what_is_over_a_bound_is_counted_and_dropped() {
    let custom = Custom::default();
    for n in 0..limits::METRIC_SERIES + 5 {
        custom
            .measure(measure(How::Count, "a_total", 1.0, &[("n", &n.to_string())]))
            .unwrap();
    }
    custom
        .measure(measure(How::Count, "a_total", 1.0, &[("n", "0")]))
        .unwrap();
    assert_eq!(custom.too_many.count.get(), 5);
    assert_eq!(samples(&custom).lines().count(), limits::METRIC_SERIES + 1);
    assert!(
        page(&custom).contains("a_total{n=\"0\"} 2.0\n"),
        "what there is goes on"
    );
    let long = "x".repeat(limits::METRIC_LABEL + 1);
    custom
        .measure(measure(How::Count, "a_total", 1.0, &[("n", &long)]))
        .unwrap();
    assert_eq!((custom.too_long.count.get(), custom.too_many.count.get()), (1, 5));
}

#[test]
fn a_metric_has_the_unit_that_its_name_ends_in() {
    let custom = Custom::default();
    for name in ["took_seconds", "odd"] {
        custom.measure(measure(How::Record, name, 1.0, &[])).unwrap();
    }
    let page = PageFormat::OpenMetrics.write(custom.gather());
    for lines in [
        "# HELP took_seconds Recorded by fujsens of this service.\n",
        "# UNIT took_seconds seconds\n",
        "# TYPE odd gauge\nodd 1.0\n",
    ] {
        assert!(page.contains(lines), "{lines} is not in\n{page}");
    }
}

import { RETURN, liftFailure, liftString } from "./abi";
import * as imports from "./imports";
import { Json } from "./json";
import * as layout from "./layout";
import { MetricsHow as How } from "./layout";
import { lowerFields } from "./log";
import { Result } from "./result";
import { wellFormed } from "./utf16";

function measure(how: How, name: string, amount: f64, labels: Json | null, buckets: f64[] | null): Result<bool> {
  const text = wellFormed(name);
  const list = labels ? lowerFields(labels) : 8;
  const count = labels && labels.isObject ? labels.length : 0;
  const bounds = buckets ? buckets.dataStart : 8;
  imports.metricsMeasure(how, changetype<usize>(text), text.length, amount, list, count, bounds, buckets ? buckets.length : 0, RETURN);
  if (load<u8>(RETURN)) return Result.failure<bool>(liftFailure(RETURN + layout.Payload.metricsMeasure));
  return Result.success<bool>(true);
}

function optional(at: usize): Json {
  return load<u8>(at) ? Json.of(liftString(at + layout.OptionString.PAYLOAD)) : Json.nil();
}

/** What stands at a place of the host's figures. */
function figure(at: usize): f64 {
  imports.metricsFigures(RETURN);
  return load<f64>(RETURN + at);
}

function total(at: usize): i64 {
  imports.metricsFigures(RETURN);
  return load<i64>(RETURN + at);
}

/**
 * Metrics of your own: Prometheus reads them on the admin address. A name has letters, digits, `_` and `:`; labels are
 * an object of texts, numbers and booleans: eight at most, of 128 bytes at most. A service has 2,000 series (name and labels);
 * values beyond them are counted and dropped, so give labels few values, never ids.
 * A wrong name, label or kind ends the call with `bad-metric`; the `try…` forms give the failure instead.
 */
// @ts-ignore: decorator
@global
export namespace metrics {
  /** Adds to a counter: what only ever grows. Its name ends in `_total` by custom. */
  export function counter(name: string, by: f64 = 1, labels: Json | null = null): void { tryCounter(name, by, labels).value; }
  export function tryCounter(name: string, by: f64 = 1, labels: Json | null = null): Result<bool> {
    return measure(How.Count, name, by, labels, null);
  }

  /** Sets a gauge: what goes up and down. */
  export function gauge(name: string, value: f64, labels: Json | null = null): void { tryGauge(name, value, labels).value; }
  export function tryGauge(name: string, value: f64, labels: Json | null = null): Result<bool> {
    return measure(How.Set, name, value, labels, null);
  }

  /** Adds to a gauge; a negative number takes away. */
  export function change(name: string, by: f64, labels: Json | null = null): void { tryChange(name, by, labels).value; }
  export function tryChange(name: string, by: f64, labels: Json | null = null): Result<bool> {
    return measure(How.Change, name, by, labels, null);
  }

  /**
   * Takes a value into a histogram, which counts how many were within each of the upper bounds `buckets`. They ascend,
   * 32 at most; none means 1 ms to 10 s for values in seconds. Those that come first for a name decide.
   */
  export function histogram(name: string, value: f64, labels: Json | null = null, buckets: f64[] | null = null): void {
    tryHistogram(name, value, labels, buckets).value;
  }
  export function tryHistogram(name: string, value: f64, labels: Json | null = null, buckets: f64[] | null = null): Result<bool> {
    return measure(How.Observe, name, value, labels, buckets);
  }

  /**
   * Records a value under a name. One that ends in `_total` is a counter that has reached the value, and a lower value
   * changes nothing; any other is a gauge that becomes the value. To count one by one, use `counter`.
   */
  export function record<T>(name: string, value: T, labels: Json | null = null): void { tryRecord<T>(name, value, labels).value; }
  export function tryRecord<T>(name: string, value: T, labels: Json | null = null): Result<bool> {
    return measure(How.Record, name, <f64>value, labels, null);
  }

  /** Requests answered since the process started. */
  export function requestCount(): i64 { return total(layout.MetricsSnapshot.requests); }

  /** Requests a second, over the last 60 s. */
  export function requestsPerSecond(): f64 { return figure(layout.MetricsSnapshot.requestsPerSecond); }

  /** The mean time of a request over the last 60 s. Seconds; 0 without requests. */
  export function averageResponseTime(): f64 { return figure(layout.MetricsSnapshot.averageResponseTime); }

  /** Requests of the last 60 s that were answered with 5xx. Percent, 0 to 100; 0 without requests. */
  export function errorRate(): f64 { return figure(layout.MetricsSnapshot.errorRate); }

  /** Client connections that are open now. */
  export function activeConnections(): i64 { return total(layout.MetricsSnapshot.activeConnections); }

  /** What the process holds of the memory that it may use (its control group's limit, else the machine's). Percent. */
  export function memoryUsage(): f64 { return figure(layout.MetricsSnapshot.memoryUsage); }

  /** Time of all processors that the process may use, over the last 60 s. Percent, 0 to 100. */
  export function cpuUsage(): f64 { return figure(layout.MetricsSnapshot.cpuUsage); }

  /** Seconds since the process started. */
  export function uptime(): f64 { return figure(layout.MetricsSnapshot.uptime); }

  /** The last requests, newest first, 100 at most: objects of `method path status duration_ms time`. */
  export function recentRequests(): Json {
    imports.metricsRecentRequests(RETURN);
    const list = Json.array();
    let item = load<usize>(RETURN);
    for (let left = load<i32>(RETURN, layout.Slice.length); left > 0; left--, item += layout.MetricsRecentRequest.SIZE) {
      list.push(Json.object()
        .set("method", liftString(item + layout.MetricsRecentRequest.method))
        .set("path", liftString(item + layout.MetricsRecentRequest.path))
        .set("status", load<u16>(item, layout.MetricsRecentRequest.status))
        .set("duration_ms", load<f64>(item, layout.MetricsRecentRequest.durationMs))
        .set("time", load<i64>(item, layout.MetricsRecentRequest.time)));
    }
    return list;
  }

  /** How often each status of 400 and above was answered in the last 60 s: an object by status. */
  export function errorBreakdown(): Json {
    imports.metricsErrors(RETURN);
    const counts = Json.object();
    let item = load<usize>(RETURN);
    for (let left = load<i32>(RETURN, layout.Slice.length); left > 0; left--, item += layout.TupleU16U64.SIZE) {
      counts.set(load<u16>(item, layout.TupleU16U64.first).toString(), load<i64>(item, layout.TupleU16U64.second));
    }
    return counts;
  }

  /**
   * Databases, Redis and gRPC servers, and `[service] dependencies`, as the host checked them last: objects of
   * `name kind status reason since checked duration_ms circuit`. `status` is `healthy`, `unhealthy`, or `unknown` before the
   * first check; `circuit`, with `[resilience]`, is `closed`, `open` or `half-open`.
   */
  export function dependencyStatus(): Json {
    imports.metricsDependencies(RETURN);
    const list = Json.array();
    let item = load<usize>(RETURN);
    for (let left = load<i32>(RETURN, layout.Slice.length); left > 0; left--, item += layout.MetricsDependencyStatus.SIZE) {
      list.push(Json.object()
        .set("name", liftString(item + layout.MetricsDependencyStatus.name))
        .set("kind", liftString(item + layout.MetricsDependencyStatus.kind))
        .set("status", liftString(item + layout.MetricsDependencyStatus.status))
        .set("reason", optional(item + layout.MetricsDependencyStatus.reason))
        .set("since", load<i64>(item, layout.MetricsDependencyStatus.since))
        .set("checked", load<i64>(item, layout.MetricsDependencyStatus.checked))
        .set("duration_ms", load<f64>(item, layout.MetricsDependencyStatus.durationMs))
        .set("circuit", optional(item + layout.MetricsDependencyStatus.circuit)));
    }
    return list;
  }
}

/** As `metrics.record`. */
// @ts-ignore: decorator
@global
export function record_metric<T>(name: string, value: T, labels: Json | null = null): void { metrics.record<T>(name, value, labels); }

/** As `metrics.requestCount`. */
// @ts-ignore: decorator
@global
export function get_request_count(): i64 { return metrics.requestCount(); }

/** As `metrics.requestsPerSecond`. */
// @ts-ignore: decorator
@global
export function calculate_rps(): f64 { return metrics.requestsPerSecond(); }

/** As `metrics.averageResponseTime`. */
// @ts-ignore: decorator
@global
export function get_avg_response_time(): f64 { return metrics.averageResponseTime(); }

/** As `metrics.errorRate`. */
// @ts-ignore: decorator
@global
export function get_error_rate(): f64 { return metrics.errorRate(); }

/** As `metrics.activeConnections`. */
// @ts-ignore: decorator
@global
export function get_active_connections(): i64 { return metrics.activeConnections(); }

/** As `metrics.memoryUsage`. */
// @ts-ignore: decorator
@global
export function get_memory_usage(): f64 { return metrics.memoryUsage(); }

/** As `metrics.cpuUsage`. */
// @ts-ignore: decorator
@global
export function get_cpu_usage(): f64 { return metrics.cpuUsage(); }

/** As `metrics.uptime`. */
// @ts-ignore: decorator
@global
export function get_uptime(): f64 { return metrics.uptime(); }

/** As `metrics.recentRequests`. */
// @ts-ignore: decorator
@global
export function get_recent_requests(): Json { return metrics.recentRequests(); }

/** As `metrics.errorBreakdown`. */
// @ts-ignore: decorator
@global
export function get_error_breakdown(): Json { return metrics.errorBreakdown(); }

/** As `metrics.dependencyStatus`. */
// @ts-ignore: decorator
@global
export function get_dependency_status(): Json { return metrics.dependencyStatus(); }

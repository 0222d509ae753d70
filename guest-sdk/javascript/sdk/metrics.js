import { metricsDependencies, metricsErrors, metricsFigures, metricsMeasure, metricsRecentRequests } from "tusk:host";
import { Number, entriesOf, put } from "./primordials.js";

function measure(how, name, amount, labels, buckets = []) {
  metricsMeasure(how, `${name}`, Number(amount), entriesOf(labels ?? {}), buckets ?? []);
}

/** As the other languages and JSON name it. */
function snakeCase(list) {
  for (let i = 0; i < list.length; i++) {
    const { durationMs, circuit, ...rest } = list[i];
    list[i] = circuit === undefined ? { ...rest, duration_ms: durationMs } : { ...rest, duration_ms: durationMs, circuit };
  }
  return list;
}

function errorBreakdown() {
  const counts = {}, pairs = metricsErrors();
  for (let i = 0; i < pairs.length; i++) put(counts, `${pairs[i][0]}`, pairs[i][1]);
  return counts;
}

/** Metrics of your own, which Prometheus reads on the admin address; and what the host knows about the service. */
export const metrics = {
  counter(name, by = 1, labels = undefined) { measure("count", name, by, labels); },
  gauge(name, value, labels = undefined) { measure("set", name, value, labels); },
  change(name, by, labels = undefined) { measure("change", name, by, labels); },
  histogram(name, value, labels = undefined, buckets = undefined) { measure("observe", name, value, labels, buckets); },
  record(name, value, labels = undefined) { measure("record", name, value, labels); },

  requestCount: () => metricsFigures().requests,
  requestsPerSecond: () => metricsFigures().requestsPerSecond,
  averageResponseTime: () => metricsFigures().averageResponseTime,
  errorRate: () => metricsFigures().errorRate,
  activeConnections: () => metricsFigures().activeConnections,
  memoryUsage: () => metricsFigures().memoryUsage,
  cpuUsage: () => metricsFigures().cpuUsage,
  uptime: () => metricsFigures().uptime,
  recentRequests: () => snakeCase(metricsRecentRequests()),
  errorBreakdown,
  dependencyStatus: () => snakeCase(metricsDependencies())
};

export const record_metric = metrics.record;
export const get_request_count = metrics.requestCount;
export const calculate_rps = metrics.requestsPerSecond;
export const get_avg_response_time = metrics.averageResponseTime;
export const get_error_rate = metrics.errorRate;
export const get_active_connections = metrics.activeConnections;
export const get_memory_usage = metrics.memoryUsage;
export const get_cpu_usage = metrics.cpuUsage;
export const get_uptime = metrics.uptime;
export const get_recent_requests = metrics.recentRequests;
export const get_error_breakdown = metrics.errorBreakdown;
export const get_dependency_status = metrics.dependencyStatus;

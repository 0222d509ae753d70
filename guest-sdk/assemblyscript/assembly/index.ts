export { Failure, fail, badRequest, unauthorized, forbidden, notFound, conflict, internal, unavailable } from "./failure";
export { Result } from "./result";
export { Value, ValueKind } from "./value";
export { Json } from "./json";
export { JsonKind } from "./json-kind";
export { Response, Created } from "./reply";
export { Request } from "./request";
export { log } from "./log";
export {
  metrics, record_metric, get_request_count, calculate_rps, get_avg_response_time, get_error_rate, get_active_connections,
  get_memory_usage, get_cpu_usage, get_uptime, get_recent_requests, get_error_breakdown, get_dependency_status
} from "./metrics";
export { time } from "./time";
export { config } from "./config";
export { crypto } from "./crypto";
export { events } from "./events";
export { sql, Row, Rows, Changes } from "./sql";
export { state } from "./state";
export { CircuitBreaker } from "./circuit-breaker";
export { http, HttpRequest, HttpResponse } from "./http";
export { grpc, GrpcRequest, GrpcResponse, GrpcMessages } from "./grpc";
export { redis, HashField, Popped } from "./redis";
export { fujsen } from "./fujsen";

// All that users have: each export becomes a global, and an export of the module "tusk"; but for `internal`, which the engine calls.
import { check } from "./check.js";
import { endConsole } from "./console.js";
import { describe } from "./describe.js";
import { HttpError } from "./errors.js";
import { parse, stringify } from "./json.js";
import { reply } from "./reply.js";
import { request } from "./request.js";
import { seal } from "./seal.js";
import { dropTimers, nextTimer, runTimers } from "./timers.js";

export { AbortController, AbortSignal } from "./abort.js";
export { CircuitBreaker } from "./circuit-breaker.js";
export { structuredClone } from "./clone.js";
export { config } from "./config.js";
export { console } from "./console.js";
export { crypto } from "./crypto.js";
export { TextDecoder, TextEncoder } from "./encoding.js";
export {
  HttpError, badGateway, badRequest, conflict, fail, forbidden, gatewayTimeout, internalError, notFound, tooManyRequests, unauthorized,
  unavailable, unprocessable
} from "./errors.js";
export { Event, EventTarget } from "./event-target.js";
export { events } from "./events.js";
export { fetch } from "./fetch.js";
export { fujsen } from "./fujsen.js";
export { grpc } from "./grpc.js";
export { Headers } from "./headers.js";
export { HttpResponse, http } from "./http.js";
export { log } from "./log.js";
export {
  calculate_rps, get_active_connections, get_avg_response_time, get_cpu_usage, get_dependency_status, get_error_breakdown, get_error_rate,
  get_memory_usage, get_recent_requests, get_request_count, get_uptime, metrics, record_metric
} from "./metrics.js";
export { URLSearchParams } from "./params.js";
export { RedisServer, redis } from "./redis.js";
export { Request } from "./request.js";
export { Response, created, empty, html, json, redirect, text } from "./response.js";
export { sql } from "./sql.js";
export { state } from "./state.js";
export { performance, time } from "./time.js";
export { clearInterval, clearTimeout, setInterval, setTimeout } from "./timers.js";
export { URL } from "./url.js";

/** What the engine calls. */
export const internal = {
  HttpError,
  stringify,
  parse,
  check,
  request,
  reply,
  describe,
  nextTimer,
  runTimers,
  /** The call is over: nothing of it stays. */
  dropTimers() {
    dropTimers();
    endConsole();
  },
  seal
};

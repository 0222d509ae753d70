/** Puts something else in place of what the SDK's own classes and rooms have. */
//! reuse: 1000
const replace = () => "polluted";
const kinds = [Response, Request, Headers, URL, URLSearchParams, HttpError, CircuitBreaker, AbortSignal, EventTarget];
const rooms = [sql, http, state, config, crypto, log, console, time, redis, grpc, events, metrics, fujsen, json, fetch];
export function pollutes_responses() {
  const taken = [];
  for (const target of [...kinds, ...kinds.map((kind) => kind.prototype), ...rooms]) {
    for (const name of Reflect.ownKeys(target)) {
      try {
        if (Reflect.set(target, name, replace) || Reflect.deleteProperty(target, name)) taken.push(name);
      } catch {
        // It takes no such value.
      }
    }
    if (Reflect.defineProperty(target, "status", { value: 99999 }) || Reflect.setPrototypeOf(target, null)) taken.push("all");
  }
  if (taken.length > 0) throw new Error(`taken: ${taken}`);
  return json({ taken });
}

/** Puts something else in place of what errors have, and throws one for the client. */
//! reuse: 1000
const refuse = () => { throw new TypeError("polluted"); };
const names = ["name", "message", "stack", "cause", "status", "code", "toString", "toJSON"];
export function pollutes_errors() {
  Error.prepareStackTrace = refuse;
  Error.stackTraceLimit = { valueOf: refuse };
  Error.captureStackTrace = refuse;
  for (const name of names) Object.defineProperty(Error.prototype, name, { get: refuse, set: refuse, configurable: true });
  throw new HttpError(418, "still a teapot");
}

/** Gives all objects what options are asked for. */
//! reuse: 1000
const { defineProperty } = Object;
const refuse = () => { throw new Error("polluted"); };
const names = ["status", "headers", "body", "timeout", "signal", "get", "method", "cause", "by"];
export function pollutes_defaults() {
  for (const name of names) defineProperty(Object.prototype, name, { __proto__: null, get: refuse, set: refuse, configurable: true });
  try {
    return json({ well: true });
  } catch {
    return 1;
  }
}

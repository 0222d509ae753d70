/** Gives all objects what results, errors and promises are asked for. */
//! reuse: 1000
const { defineProperty } = Object;
const refuse = () => { throw new Error("polluted"); };
const polluted = { __proto__: null, get: refuse, set: refuse, configurable: true };
const names = ["toJSON", "then", "code", "message", "stack", "cause", "name", "value", "set", "enumerable", "writable", "t", "length"];
export function pollutes_objects() {
  for (let n = 0; n < names.length; n++) defineProperty(Object.prototype, names[n], polluted);
  throw new HttpError(409, "still a conflict");
}

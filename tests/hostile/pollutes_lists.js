/** Takes from lists what fills and sorts them. */
//! reuse: 1000
const { defineProperty, getOwnPropertyNames } = Object;
const refuse = () => { throw new Error("polluted"); };
const names = getOwnPropertyNames(Array.prototype);
export function pollutes_lists() {
  for (let n = 0; n < names.length; n++) {
    if (names[n] !== "constructor" && names[n] !== "length") Array.prototype[names[n]] = refuse;
  }
  defineProperty(Array, Symbol.species, { get: refuse, configurable: true });
  const response = json({ list: ["well"] });
  response.headers.set("x-a", "b");
  return response;
}

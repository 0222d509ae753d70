/** Says of bytes that they are others. */
//! reuse: 1000
export function pollutes_bytes() {
  const refuse = () => { throw new Error("polluted"); };
  const bytes = new Uint8Array([1, 2, 3]);
  const typed = Object.getPrototypeOf(Uint8Array);
  Object.defineProperty(typed, Symbol.species, { get: refuse, configurable: true });
  for (const prototype of [typed.prototype, Uint8Array.prototype, ArrayBuffer.prototype, DataView.prototype]) {
    for (const name of Reflect.ownKeys(prototype)) {
      if (name !== "constructor") Reflect.defineProperty(prototype, name, { get: refuse, set: refuse, configurable: true });
    }
  }
  crypto.sha256(bytes);
  return new Response(bytes, { headers: { "x-a": "b" } });
}

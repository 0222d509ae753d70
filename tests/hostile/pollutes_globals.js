/** Leaves nothing where everything stands. */
//! reuse: 1000
const { deleteProperty, ownKeys, set } = Reflect;
const [everything, respond] = [globalThis, json];
export function pollutes_globals() {
  for (const name of ownKeys(everything)) {
    if (!deleteProperty(everything, name)) set(everything, name, null);
  }
  return respond({ left: 1n, bytes: "well" });
}

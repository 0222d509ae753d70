/** Lets nothing stay where it is put in a list. */
//! reuse: 1000
const { defineProperty } = Object;
export function pollutes_places() {
  for (let n = 0; n < 8; n++) {
    defineProperty(Array.prototype, n, { __proto__: null, get: () => "polluted", set() {}, configurable: true });
  }
  try {
    console.log("%s", [1, 2], { list: [{}] });
    log.info("polluted", { url: new URL("http://a/?b=c").searchParams, list: [[]] });
    return json({ list: [] });
  } catch {
    return 1;
  }
}

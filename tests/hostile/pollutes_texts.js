/** Takes from texts, patterns and numbers what reads and writes them. */
//! reuse: 1000
const { defineProperty, ownKeys } = Reflect;
const refuse = () => { throw new Error("polluted"); };
const polluted = { value: refuse, writable: true, configurable: true };
export function pollutes_texts() {
  for (const { prototype } of [String, RegExp, Symbol, Number]) {
    for (const name of ownKeys(prototype)) {
      // The engine writes `${…}` by `concat`.
      if (name !== "constructor" && name !== "concat") defineProperty(prototype, name, polluted);
    }
  }
  const url = new URL("http://a/b?c=d");
  log.info("well", { url, id: 1 });
  return new Response("well", { headers: { "X-A": "b", "x-url": url.href, "x-id": crypto.uuidV4() } });
}

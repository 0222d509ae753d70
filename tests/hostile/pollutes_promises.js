/** Puts something else in place of what promises have, and answers by some. */
//! reuse: 1000
const refuse = () => { throw new Error("polluted"); };
const { prototype } = Promise;
const all = Promise;
export async function pollutes_promises() {
  Object.defineProperty(all, Symbol.species, { get: refuse, configurable: true });
  prototype.then = prototype.catch = prototype.finally = refuse;
  all.resolve = all.reject = all.all = all.withResolvers = refuse;
  globalThis.Promise = globalThis.queueMicrotask = globalThis.setTimeout = refuse;
  await null;
  return text(await new Response("well").text());
}

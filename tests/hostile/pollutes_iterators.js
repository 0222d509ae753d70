/** Takes from everything that can be walked how it is walked. */
//! reuse: 1000
const refuse = () => { throw new Error("polluted"); };
const kinds = [Array, Map, Set, String, Object.getPrototypeOf(Uint8Array)];
const walked = Object.getPrototypeOf(function* () {}.prototype);
export function pollutes_iterators() {
  for (let n = 0; n < kinds.length; n++) kinds[n].prototype[Symbol.iterator] = refuse;
  walked.next = walked.return = refuse;
  return new Response(new URLSearchParams({ a: "b" }), { status: 201, headers: { "x-a": "b" } });
}

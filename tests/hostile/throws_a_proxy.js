/** Throws what throws whatever it is asked. */
export function throws_a_proxy() {
  const refuse = () => { throw new Error("not even this"); };
  const traps = new Proxy({}, { get: () => refuse });
  throw new Proxy({}, traps);
}

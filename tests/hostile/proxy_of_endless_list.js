/** Answers with a list that says to be as long as a number can tell. */
export function proxy_of_endless_list() {
  const item = "x".repeat(100000);
  const values = { __proto__: null, length: 2 ** 53 - 1, toJSON: undefined };
  return new Proxy([], { get: (_, name) => (name in values ? values[name] : item) });
}

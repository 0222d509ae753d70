/** Throws an error that is the cause of itself, and has all others within. */
export function throws_causes_without_end() {
  const error = new AggregateError([], "round");
  error.cause = error;
  error.errors = new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 53 : error) });
  throw error;
}

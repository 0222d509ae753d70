/** Hands the host a list that says to be as long as a number can tell. */
export function passes_endless_lists() {
  const list = new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 53 - 1 : 1) });
  return sql.query("main", "SELECT 1", list);
}

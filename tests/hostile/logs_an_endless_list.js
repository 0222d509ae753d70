/** Logs a list that says to be as long as a number can tell. */
export function logs_an_endless_list() {
  const item = "x".repeat(100000);
  const endless = new Proxy([], { get: (_, name) => (name === "length" ? 2 ** 53 - 1 : item) });
  console.log(endless, { endless });
  log.info("endless", { endless });
  return 1;
}

/** Logs what cannot be shown, and what shows itself at length. */
export function logs_what_throws() {
  const refuse = () => { throw refuse; };
  const traps = new Proxy({}, { get: () => refuse });
  const odd = { get a() { throw null; }, toJSON: refuse };
  const long = "\u001b[31m\n".repeat(10000);
  for (const value of [new Proxy({}, traps), new Proxy(() => {}, traps), odd, long, { [long]: long }]) {
    console.log(value, [value], { value });
    console.error("%s %d %i %f %j %o %O %c %%", value, value, value, value, value, value);
    console.table(value);
    log.info(value, value);
    log.warn("fields", { value, list: [value] });
  }
  return 1;
}

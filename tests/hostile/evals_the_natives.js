/** Asks by code of texts for what the SDK is made of, where that is allowed. */
//! eval: true
export async function evals_the_natives() {
  const ways = [eval, (code) => eval(code), (code) => new Function(`return ${code}`)()];
  const found = [];
  for (const name of ["tusk:host", "./tusk:host", "tusk:host.js", "host", ""]) {
    for (const run of ways) {
      try {
        found.push(Object.keys(await run(`import("${name}")`)));
      } catch {
        // It is not there.
      }
    }
  }
  if (found.length === 0) throw new Error("nothing of it is there");
  return found;
}

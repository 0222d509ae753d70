/** Makes code without an end of texts, where that is allowed. */
//! eval: true
export function evals_for_ever() {
  const make = (n) => new Function("make", "n", `return eval("make(n + 1)") + ${n}`);
  while (true) make(0)((n) => n, 0);
}

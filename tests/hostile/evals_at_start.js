/** Runs a text while it is compiled. */
const made = globalThis["eval"]("1 + 1");
export function evals_at_start() { return made; }

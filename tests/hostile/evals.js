/** Runs a text that it was given. */
export function evals() { return globalThis["eval"]("1 + 1"); }

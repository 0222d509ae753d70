/** Throws what is no text and cannot become one. */
export function throws_a_symbol() { throw Symbol("2026 INFO forged \u001b[31m"); }

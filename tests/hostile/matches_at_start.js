/** Tries every way to divide a text while it is compiled. */
const found = (/^(a+)+$/).test("a".repeat(60) + "b");
export function matches_at_start() { return found; }

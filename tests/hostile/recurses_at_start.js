/** Calls itself without an end while it is compiled. */
export function recurses_at_start() { return recurses_at_start() + 1; }
const depth = recurses_at_start();

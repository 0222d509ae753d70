/** Throws nothing while it is compiled. */
export function throws_nothing_at_start() { return 1; }
throw null;

/** Throws nothing. */
export function throws_null() { throw null; }

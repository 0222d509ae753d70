/** Counts for ever while it is compiled. */
let n = 0;
while (true) n++;
export function loops_at_start() { return n; }

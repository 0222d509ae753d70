/** Keeps the time of the compile. */
const started = Date.now();
export function reads_the_clock_at_start() { return Date.now() - started; }

/** Keeps a number that is the same in all instances. */
const secret = Math.random();
export function asks_for_random_at_start() { return secret; }

/** Has the host give random bytes for ever. */
export function asks_for_random(): i32 {
  let n = 0;
  while (true) { n += crypto.random(65536)[0]; if (n < 0) break; }
  return n;
}

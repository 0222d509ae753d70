/** Counts for ever. */
export function loops(): i64 {
  let n: i64 = 0;
  while (true) { n++; if (n < 0) break; }
  return n;
}

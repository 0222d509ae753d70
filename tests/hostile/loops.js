/** Counts for ever. */
export function loops() {
  let n = 0;
  while (true) n++;
}

/** Counts for ever. */
export function loops(): number {
  let n: number = 0;
  while (true) n++;
}

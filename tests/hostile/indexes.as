/** Reads beyond a list. */
export function indexes(): i64 {
  const empty: i64[] = [];
  return empty[3];
}

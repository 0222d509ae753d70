/** Calls itself without an end. */
export function recurses(depth: i64 = 1): i64 {
  return depth == 0 ? 0 : recurses(depth + 1) + depth;
}

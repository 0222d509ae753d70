/** Calls itself without an end. */
export function recurses(depth = 1) {
  return depth === 0 ? 0 : recurses(depth + 1) + depth;
}

/** Calls itself without an end. */
export function recurses(depth: number = 1): number {
  return depth === 0 ? 0 : recurses(depth + 1) + depth;
}

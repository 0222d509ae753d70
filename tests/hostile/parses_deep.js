/** Reads JSON of a hundred thousand levels. */
export function parses_deep() {
  return JSON.parse("[".repeat(100000) + "]".repeat(100000));
}

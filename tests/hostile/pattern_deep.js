/** A pattern of a hundred thousand groups inside each other. */
export function pattern_deep() {
  return new RegExp("(".repeat(100000) + ")".repeat(100000)).test("a");
}

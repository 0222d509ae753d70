/** A pattern that tries every way to divide a text. */
export function matches_for_ever() {
  return (/^(a+)+$/).test("a".repeat(60) + "b");
}

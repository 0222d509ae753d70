/** A pattern of a hundred letters that stands for a billion. */
export function pattern_bomb() {
  return new RegExp("(?:".repeat(10) + "a" + "){100}".repeat(10)).test("a");
}

/** Two patterns that repeat each other, on a text that neither fits. */
export function matches_for_ever(text: string = "x".repeat(5000)): boolean {
  return (/^(?:x+x+)+y$/u).test(text);
}

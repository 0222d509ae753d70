/** A generator that goes on with itself. */
export function recurses_by_generators() {
  function* numbers(n) {
    yield* numbers(n + 1);
  }
  return [...numbers(0)];
}

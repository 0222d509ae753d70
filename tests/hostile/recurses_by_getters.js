/** A value that asks for itself. */
export function recurses_by_getters() {
  const value = { get next() { return this.next + 1; } };
  return value.next;
}

/** Something whose text is its own text. */
export function recurses_by_texts() {
  const value = { toString() { return `${value}`; } };
  return `${value}`;
}

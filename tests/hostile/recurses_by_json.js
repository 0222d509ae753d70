/** Something whose JSON is that of its own JSON. */
export function recurses_by_json() {
  const value = { toJSON() { return JSON.stringify(value); } };
  return value;
}

/** Something whose JSON is nothing. */
export function to_json_of_nothing() {
  return { toJSON() {} };
}

/** Something that has no JSON, and says so by a promise that it throws. */
export function to_json_throws() {
  return { toJSON() { throw Promise.reject(null); } };
}

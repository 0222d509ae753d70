/** Something that has another such thing in its JSON. */
export function to_json_without_end() {
  const make = () => ({ toJSON: () => ({ next: make() }) });
  return make();
}

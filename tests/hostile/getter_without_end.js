/** Answers with what never says its value. */
export function getter_without_end() {
  return { get value() { while (true); } };
}

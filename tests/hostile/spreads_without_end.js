/** A list of all numbers. */
export function spreads_without_end() {
  function* numbers() {
    for (let n = 0; true; n++) yield n;
  }
  return [...numbers()];
}

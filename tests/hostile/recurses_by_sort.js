/** Sorts in order to compare. */
export function recurses_by_sort() {
  const compare = () => [2, 1].sort(compare).length;
  return compare();
}

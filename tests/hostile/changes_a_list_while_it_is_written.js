/** Empties the list that is being written as JSON. */
export function changes_a_list_while_it_is_written() {
  const list = Array.from({ length: 1000 }, (_, n) => ({ n, room: "x".repeat(100) }));
  Object.defineProperty(list[0], "n", { enumerable: true, get() { list.length = 0; list[500] = list; delete list[500]; return 1; } });
  return list;
}

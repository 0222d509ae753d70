/** Makes a list of what is hardly there. */
export function sparse_list() {
  const list = [];
  list[2 ** 32 - 2] = 1;
  return Array.from(list);
}

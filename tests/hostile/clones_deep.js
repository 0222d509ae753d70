/** Copies a hundred thousand lists inside each other. */
export function clones_deep() {
  let list = [];
  for (let n = 0; n < 100000; n++) list = [list];
  return structuredClone(list);
}

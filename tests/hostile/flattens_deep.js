/** Makes one list of a hundred thousand inside each other. */
export function flattens_deep() {
  let list = [];
  for (let n = 0; n < 100000; n++) list = [list];
  return list.flat(Infinity).length;
}

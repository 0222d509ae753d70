/** Answers with a hundred thousand lists inside each other. */
export function answers_deep() {
  let list = [];
  for (let n = 0; n < 100000; n++) list = [list];
  return list;
}

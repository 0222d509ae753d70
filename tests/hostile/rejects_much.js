/** Rejects a hundred thousand promises, and the one that it answers with. */
export async function rejects_much() {
  for (let n = 0; n < 100000; n++) Promise.reject(new Error(`number ${n}`));
  throw Promise.reject(Symbol("the last"));
}

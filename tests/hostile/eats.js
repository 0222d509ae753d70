/** Keeps all that it gets. */
export function eats() {
  const all = [];
  while (true) all.push(new Uint8Array(1 << 20).fill(1));
}

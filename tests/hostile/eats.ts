/** Keeps all that it gets. */
export function eats(): number {
  const all: Map<number, Uint8Array> = new Map();
  while (true) all.set(all.size, new Uint8Array(1 << 20).fill(1));
}

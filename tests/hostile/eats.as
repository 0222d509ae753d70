/** Keeps all that it gets. */
export function eats(): i32 {
  const all: Uint8Array[] = [];
  while (true) all.push(new Uint8Array(1 << 20));
  return all.length;
}

/** Finds out fifty times that there is no more memory, and goes on. */
export function catches_the_lack_of_memory() {
  let caught = 0;
  for (let n = 0; n < 50; n++) {
    try {
      const all = [];
      while (true) all.push(new Uint8Array(4 << 20));
    } catch {
      caught++;
    }
  }
  return caught;
}

/** Waits where nobody can wake it. */
export function waits_on_atomics() {
  return globalThis["Atomics"].wait(new Int32Array(new SharedArrayBuffer(8)), 0, 0);
}

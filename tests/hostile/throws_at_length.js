/** Throws three megabytes, with as long a stack. */
export function throws_at_length() {
  const error = new Error("x".repeat(3 << 20));
  error.stack = `    at ${"y".repeat(3 << 20)} (a.js:1:1)\n`.repeat(3);
  throw error;
}

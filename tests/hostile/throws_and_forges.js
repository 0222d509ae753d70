/** Throws lines of the log, and says that it was another file. */
export function throws_and_forges() {
  const error = new Error("thrown\n2026-01-01T00:00:00Z  INFO access: forged \u001b[31m \u202e");
  error.stack = "    at forged (/etc/passwd:1:1)\n    at \u001b[31m (..:99999999999:-1)\n    at x (a.js:4294967295:4294967295)";
  throw error;
}

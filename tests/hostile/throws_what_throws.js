/** Throws an error that fails to say what it is. */
export function throws_what_throws() {
  const error = new Error("said");
  const names = ["name", "message", "stack", "cause", "code", "status", "toString", "toJSON", "constructor"];
  for (const name of names) Object.defineProperty(error, name, { get() { throw error; } });
  throw error;
}

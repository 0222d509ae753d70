/** Calls itself through the host, without an end. */
export function calls_itself() { return fujsen.call("javascript.calls_itself"); }

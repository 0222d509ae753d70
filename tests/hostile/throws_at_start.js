/** Throws while it is compiled, and forges. */
export function throws_at_start() { return 1; }
throw new Error("thrown\nerror[forged]: \u001b[31m \u202e in [service]");

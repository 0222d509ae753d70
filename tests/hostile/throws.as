/** Throws. */
export function throws(): i64 { throw new Error("thrown\n2026 INFO forged \u001b[31m"); }

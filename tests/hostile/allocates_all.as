/** Asks for a gigabyte. */
export function allocates_all(): i32 { return new Uint8Array(1073741820).length; }

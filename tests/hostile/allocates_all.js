/** Asks for half of the address space. */
export function allocates_all() { return new Uint8Array(2 ** 31 - 1).length; }

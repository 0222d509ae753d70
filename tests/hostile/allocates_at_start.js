/** Keeps all that it gets while it is compiled. */
const all = [];
while (true) all.push(new Uint8Array(1 << 20).fill(1));
export function allocates_at_start() { return all.length; }

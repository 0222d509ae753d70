/** Waits while it is compiled for what nobody will do. */
const value = await new Promise(() => {});
export function awaits_at_start() { return value; }

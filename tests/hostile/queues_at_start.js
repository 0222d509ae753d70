/** Queues a microtask that queues itself while it is compiled. */
const again = () => queueMicrotask(again);
again();
export function queues_at_start() { return 1; }

/** A microtask that queues itself. */
export async function loops_in_microtasks() {
  const again = () => queueMicrotask(again);
  again();
}

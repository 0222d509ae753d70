/** Waits for timers without an end. */
export async function loops_in_timers() {
  await new Promise(() => { setInterval(() => {}, 0); });
}

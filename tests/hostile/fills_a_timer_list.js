/** Begins timers without an end, each of which begins two. */
export async function fills_a_timer_list() {
  const begin = () => { setTimeout(begin, 0); setTimeout(begin, 1); };
  begin();
  await new Promise(() => {});
}

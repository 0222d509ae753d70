/** Gives a text to a timer. */
export async function timers_of_text() {
  setTimeout("globalThis.ran = 1", 0);
  await new Promise((done) => setTimeout(done, 5));
  return globalThis.ran;
}

/** Answers, and leaves behind what would never end. */
export async function leaves_timers() {
  setInterval(() => { while (true); }, 0);
  setTimeout(() => { throw new Error("left behind"); }, 1);
  return 1;
}

/** Logs twenty thousand lines. */
export function floods_the_log() {
  for (let n = 0; n < 20000; n++) console.log("a line\nforged \u001b[31m");
  return 1;
}

/** Logs twenty thousand lines. */
export function floods_the_log(): i64 {
  for (let n = 0; n < 20000; n++) log.info("a line\nforged \u001b[31m");
  return 1;
}

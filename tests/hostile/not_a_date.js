/** A time that is none. */
export function not_a_date() {
  const never = new Date(NaN);
  log.info("never", { never });
  return time.format(never, "%Y");
}

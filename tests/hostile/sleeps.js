/** Sleeps for an hour. */
export function sleeps() { time.sleep(3600000); }

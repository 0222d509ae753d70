/** Sleeps for an hour. */
export function sleeps(): void { time.sleep(3600000); }

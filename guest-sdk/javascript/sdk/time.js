import { timeFormat, timeMonotonic, timeNow, timeSleep } from "tusk:host";
import { dateValue, takes } from "./primordials.js";

/** Clocks, in milliseconds. */
export const time = {
  now: () => timeNow(),
  monotonic: () => timeMonotonic(),
  format: (timestamp, pattern) => timeFormat(takes(dateValue, timestamp) ? dateValue(timestamp) : timestamp, `${pattern}`),
  sleep(milliseconds) { timeSleep(milliseconds); }
};

export const performance = {
  get timeOrigin() { return timeNow() - timeMonotonic(); },
  now: () => timeMonotonic()
};

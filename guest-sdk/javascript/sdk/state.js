import { stateCompareAndSet, stateDelete, stateExpire, stateExpiresIn, stateGet, stateIncrement, stateSet } from "tusk:host";
import { TypeError, ceil } from "./primordials.js";

/** Whole milliseconds; none, null and 0 stand for a value that stays. */
function milliseconds(lifetime) {
  if (lifetime === undefined || lifetime === null || lifetime === 0) return undefined;
  const wait = +lifetime;
  if (!(wait > 0)) throw new TypeError("a lifetime is a number of milliseconds above 0");
  return ceil(wait);
}

/** What the service keeps between its calls: values by key, over swaps and restarts. */
export const state = {
  get: (key) => stateGet(key) ?? null,
  set(key, value, lifetime = undefined) { stateSet(key, value, milliseconds(lifetime)); },
  delete: (key) => stateDelete(key),
  increment: (key, by = 1, lifetime = undefined) => stateIncrement(key, by, milliseconds(lifetime)),
  compareAndSet: (key, expected, value, lifetime = undefined) => stateCompareAndSet(key, expected, value, milliseconds(lifetime)),
  expire: (key, lifetime = undefined) => stateExpire(key, milliseconds(lifetime)),
  expiresIn: (key) => stateExpiresIn(key) ?? null
};

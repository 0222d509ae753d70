// Lists of names and values, from all that the web takes for one.
import { Symbol, TypeError, isObject, namesOf } from "./primordials.js";

/** From pairs of anything that can be iterated, or from the properties of an object. */
export function pairsOf(init, what) {
  if (!isObject(init)) throw new TypeError(`${what} must be an object or a list of pairs`);
  const pairs = [];
  if (typeof init[Symbol.iterator] === "function") {
    for (const item of init) pairs[pairs.length] = pairOf(item, what);
    return pairs;
  }
  const names = namesOf(init);
  for (let i = 0; i < names.length; i++) pairs[i] = [names[i], `${init[names[i]]}`];
  return pairs;
}

function pairOf(item, what) {
  if (!isObject(item)) throw new TypeError(`${what}: a pair must be a list of a name and a value`);
  const [name, value, ...more] = item;
  if (value === undefined || more.length > 0) throw new TypeError(`${what}: a pair has a name and a value`);
  return [`${name}`, `${value}`];
}

/** The places of a name's values. */
export function placesOf(pairs, name) {
  const places = [];
  for (let i = 0; i < pairs.length; i++) if (pairs[i][0] === name) places[places.length] = i;
  return places;
}

/** The pairs that are not of a name, or not with this value. */
export function without(pairs, name, value = undefined) {
  const left = [];
  for (let i = 0; i < pairs.length; i++) {
    if (pairs[i][0] !== name || (value !== undefined && pairs[i][1] !== value)) left[left.length] = pairs[i];
  }
  return left;
}

/** Writes a value where the name has its first, in place of all that it has. */
export function replaced(pairs, name, value) {
  const places = placesOf(pairs, name);
  if (places.length === 0) {
    pairs[pairs.length] = [name, value];
    return pairs;
  }
  const left = [];
  for (let i = 0; i < pairs.length; i++) {
    if (i === places[0]) left[left.length] = [name, value];
    else if (pairs[i][0] !== name) left[left.length] = pairs[i];
  }
  return left;
}

export const byName = (one, other) => (one[0] < other[0] ? -1 : one[0] > other[0] ? 1 : 0);

import { byName, pairsOf, placesOf, replaced, without } from "./pairs.js";
import { Symbol, TypeError, apply, matches, slice, sort, substring, toLowerCase, charCodeAt } from "./primordials.js";

let list, make;

/** Names of any case with values. */
export class Headers {
  /** Names in lower case, and values, in the order in which they came. */
  #pairs = [];

  constructor(init = undefined) {
    if (init === undefined || init === null) return;
    const pairs = init instanceof Headers ? init.#pairs : pairsOf(init, "headers");
    for (let i = 0; i < pairs.length; i++) this.append(pairs[i][0], pairs[i][1]);
  }

  append(name, value) { this.#pairs[this.#pairs.length] = [nameOf(name), valueOf(name, value)]; }
  delete(name) { this.#pairs = without(this.#pairs, nameOf(name)); }
  set(name, value) { this.#pairs = replaced(this.#pairs, nameOf(name), valueOf(name, value)); }
  has(name) { return placesOf(this.#pairs, nameOf(name)).length > 0; }

  /** The value; several are joined by a comma. Null without one. */
  get(name) { return joined(this.#pairs, nameOf(name)); }

  getSetCookie() {
    const values = placesOf(this.#pairs, "set-cookie");
    for (let i = 0; i < values.length; i++) values[i] = this.#pairs[values[i]][1];
    return values;
  }

  forEach(callback, self = undefined) {
    const pairs = combined(this.#pairs);
    for (let i = 0; i < pairs.length; i++) apply(callback, self, [pairs[i][1], pairs[i][0], this]);
  }

  *entries() {
    const pairs = combined(this.#pairs);
    for (let i = 0; i < pairs.length; i++) yield pairs[i];
  }

  *keys() {
    const pairs = combined(this.#pairs);
    for (let i = 0; i < pairs.length; i++) yield pairs[i][0];
  }

  *values() {
    const pairs = combined(this.#pairs);
    for (let i = 0; i < pairs.length; i++) yield pairs[i][1];
  }

  [Symbol.iterator]() { return this.entries(); }

  get [Symbol.toStringTag]() { return "Headers"; }

  static {
    list = (headers) => headers.#pairs;
    make = (pairs) => {
      const headers = new Headers();
      for (let i = 0; i < pairs.length; i++) headers.#pairs[i] = [toLowerCase(pairs[i][0]), pairs[i][1]];
      return headers;
    };
  }
}

/** Names and values, each name as often as it has values. */
export const headerPairs = list;
/** Of what the host gives: it is right as it is. */
export const headersOf = make;

function nameOf(name) {
  const text = `${name}`;
  if (!matches(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, text)) throw new TypeError(`"${substring(text, 0, 80)}" is no header name`);
  return toLowerCase(text);
}

function valueOf(name, value) {
  const text = `${value}`;
  let from = 0, to = text.length;
  while (from < to && isSpace(charCodeAt(text, from))) from++;
  while (to > from && isSpace(charCodeAt(text, to - 1))) to--;
  const trimmed = substring(text, from, to);
  if (matches(/[\0\r\n]/, trimmed)) throw new TypeError(`the value of the header ${name} has a line's end in it`);
  return trimmed;
}

const isSpace = (unit) => unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;

function joined(pairs, name) {
  const places = placesOf(pairs, name);
  if (places.length === 0) return null;
  let value = pairs[places[0]][1];
  for (let i = 1; i < places.length; i++) value += `, ${pairs[places[i]][1]}`;
  return value;
}

/** As the web shows headers: by name, the values of one joined, except cookies. */
function combined(pairs) {
  const sorted = sort(slice(pairs), byName), shown = [];
  for (let i = 0; i < sorted.length; i++) {
    const before = shown[shown.length - 1];
    if (before && before[0] === sorted[i][0] && before[0] !== "set-cookie") before[1] += `, ${sorted[i][1]}`;
    else shown[shown.length] = [sorted[i][0], sorted[i][1]];
  }
  return shown;
}

import { utf8Decode, utf8Encode } from "tusk:host";
import { byName, pairsOf, placesOf, replaced, without } from "./pairs.js";
import {
  Symbol, Uint8Array, apply, decodePercent, encodePercent, includes, indexOf, isObject, join, matches, sort, split, startsWith,
  substring, toWellFormed, typedPart
} from "./primordials.js";

let attach, reload;

/** The names and values of a query, or of a form's body. */
export class URLSearchParams {
  #pairs = [];
  /** Of a URL: takes note of what changes. */
  #changed = undefined;

  constructor(init = "") {
    this.#pairs = isObject(init) ? pairsOf(init, "URLSearchParams") : parsed(`${init}`);
  }

  get size() { return this.#pairs.length; }

  append(name, value) {
    this.#pairs[this.#pairs.length] = [`${name}`, `${value}`];
    this.#set(this.#pairs);
  }

  delete(name, value = undefined) { this.#set(without(this.#pairs, `${name}`, value === undefined ? undefined : `${value}`)); }
  set(name, value) { this.#set(replaced(this.#pairs, `${name}`, `${value}`)); }
  sort() { this.#set(sort(this.#pairs, byName)); }

  get(name) {
    const places = placesOf(this.#pairs, `${name}`);
    return places.length > 0 ? this.#pairs[places[0]][1] : null;
  }

  getAll(name) {
    const values = placesOf(this.#pairs, `${name}`);
    for (let i = 0; i < values.length; i++) values[i] = this.#pairs[values[i]][1];
    return values;
  }

  has(name, value = undefined) {
    const left = without(this.#pairs, `${name}`, value === undefined ? undefined : `${value}`);
    return left.length < this.#pairs.length;
  }

  forEach(callback, self = undefined) {
    for (let i = 0; i < this.#pairs.length; i++) apply(callback, self, [this.#pairs[i][1], this.#pairs[i][0], this]);
  }

  *entries() {
    for (let i = 0; i < this.#pairs.length; i++) yield [this.#pairs[i][0], this.#pairs[i][1]];
  }

  *keys() {
    for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][0];
  }

  *values() {
    for (let i = 0; i < this.#pairs.length; i++) yield this.#pairs[i][1];
  }

  [Symbol.iterator]() { return this.entries(); }

  toString() {
    const parts = [];
    for (let i = 0; i < this.#pairs.length; i++) parts[i] = `${encoded(this.#pairs[i][0])}=${encoded(this.#pairs[i][1])}`;
    return join(parts, "&");
  }

  get [Symbol.toStringTag]() { return "URLSearchParams"; }

  #set(pairs) {
    this.#pairs = pairs;
    this.#changed?.();
  }

  static {
    attach = (params, changed) => {
      params.#changed = changed;
      return params;
    };
    reload = (params, text) => {
      params.#pairs = parsed(text);
    };
  }
}

/** Lets a URL know of changes. */
export const attachParams = attach;
/** Takes what the query of the URL has become. */
export const reloadParams = reload;

function parsed(text) {
  const pairs = [], parts = split(startsWith(text, "?") ? substring(text, 1) : text, "&");
  for (let i = 0; i < parts.length; i++) {
    if (parts[i] === "") continue;
    const at = indexOf(parts[i], "=");
    const name = at < 0 ? parts[i] : substring(parts[i], 0, at), value = at < 0 ? "" : substring(parts[i], at + 1);
    pairs[pairs.length] = [decoded(name), decoded(value)];
  }
  return pairs;
}

function decoded(text) {
  const spaced = includes(text, "+") ? join(split(text, "+"), " ") : text;
  if (!includes(spaced, "%")) return toWellFormed(spaced);
  try {
    return decodePercent(spaced);
  } catch {
    return decodedBytes(spaced);
  }
}

/** What is no percent-encoded UTF-8: each byte as it is. */
function decodedBytes(text) {
  const bytes = utf8Encode(text), plain = new Uint8Array(bytes.length);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    const pair = bytes[i] === 0x25 ? hex(bytes[i + 1]) * 16 + hex(bytes[i + 2]) : NaN;
    plain[length++] = pair >= 0 ? pair : bytes[i];
    if (pair >= 0) i += 2;
  }
  return utf8Decode(typedPart(plain, 0, length), false, true);
}

function hex(byte) {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : NaN;
}

/** As application/x-www-form-urlencoded has it: more than encodeURIComponent encodes, and `+` for a space. */
function encoded(text) {
  const part = encodePercent(toWellFormed(text));
  if (!matches(/[!'()~]|%20/, part)) return part;
  let form = "";
  const pieces = split(part, "%20");
  for (let i = 0; i < pieces.length; i++) form += (i > 0 ? "+" : "") + escaped(pieces[i]);
  return form;
}

function escaped(text) {
  let whole = "";
  for (let i = 0; i < text.length; i++) {
    const letter = text[i];
    whole += includes("!'()~", letter) ? `%${["21", "27", "28", "29", "7E"][indexOf("!'()~", letter)]}` : letter;
  }
  return whole;
}

// UTF-8, as the web has it.
import { utf8Decode, utf8Encode } from "tusk:host";
import { viewOf } from "./bytes.js";
import { TypeError, Uint8Array, min, toLowerCase, trim, typedPart, typedSet } from "./primordials.js";

export class TextEncoder {
  get encoding() { return "utf-8"; }

  encode(text = "") { return utf8Encode(`${text}`); }

  encodeInto(text, target) {
    const source = `${text}`, bytes = utf8Encode(source);
    let written = min(bytes.length, target.length);
    // What follows within a character begins with the bits 10.
    while (written < bytes.length && written > 0 && (bytes[written] & 0xc0) === 0x80) written--;
    typedSet(target, typedPart(bytes, 0, written));
    const read = written === bytes.length ? source.length : utf8Decode(typedPart(bytes, 0, written), false, true).length;
    return { read, written };
  }
}

const LABELS = ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"];

/** Of UTF-8: there is no other encoding. */
export class TextDecoder {
  #fatal;
  #ignoreBOM;
  /** Of a stream: the bytes of a character that has not ended; whether anything was decoded before. */
  #kept = new Uint8Array(0);
  #isWithin = false;

  constructor(label = "utf-8", options = {}) {
    const name = toLowerCase(trim(`${label}`));
    let isKnown = false;
    for (let i = 0; i < LABELS.length; i++) isKnown ||= LABELS[i] === name;
    if (!isKnown) throw new RangeError(`there is no decoder for ${name}: only for utf-8`);
    this.#fatal = Boolean(options?.fatal);
    this.#ignoreBOM = Boolean(options?.ignoreBOM);
  }

  get encoding() { return "utf-8"; }
  get fatal() { return this.#fatal; }
  get ignoreBOM() { return this.#ignoreBOM; }

  decode(input = undefined, options = {}) {
    const view = input === undefined ? new Uint8Array(0) : viewOf(input);
    if (!view) throw new TypeError("TextDecoder decodes bytes: an ArrayBuffer or a view of one");
    const bytes = joined(this.#kept, view), streams = Boolean(options?.stream);
    const whole = streams ? wholeLength(bytes) : bytes.length;
    const ignoresMark = this.#ignoreBOM || this.#isWithin;
    this.#kept = new Uint8Array(typedPart(bytes, whole));
    this.#isWithin = streams && (this.#isWithin || whole > 0);
    return utf8Decode(typedPart(bytes, 0, whole), this.#fatal, ignoresMark);
  }
}

function joined(first, second) {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  typedSet(bytes, first);
  typedSet(bytes, second, first.length);
  return bytes;
}

/** How many bytes there are before a character that begins at the end and has more bytes than came. */
function wholeLength(bytes) {
  const { length } = bytes;
  for (let back = 1; back <= min(3, length); back++) {
    const byte = bytes[length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? length - back : length;
  }
  return length;
}

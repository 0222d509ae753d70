// JSON in which integers keep their digits and bytes are base64. One native call does the work, since bytes and bigints say
// themselves what they are, by `toJSON`: that holds for the user's own `JSON.stringify`, too.
import { base64Encode } from "tusk:host";
import { viewOf } from "./bytes.js";
import { isError, textAt } from "./inspect.js";
import {
  ArrayBuffer, BigInt, TypeError, Uint8Array, bigintText, charCodeAt, includes, isSafeInteger, join, matches, parseJson, put, rawJson,
  split, substring, writeJson
} from "./primordials.js";

const toJson = {
  digits() { return rawJson(bigintText(this)); },
  base64() { return base64Encode(viewOf(this)); }
};

put(BigInt.prototype, "toJSON", toJson.digits, false);
put(Uint8Array.prototype, "toJSON", toJson.base64, false);
put(ArrayBuffer.prototype, "toJSON", toJson.base64, false);

/** The JSON text of a value; undefined for what has none (undefined, a function, a symbol). */
export function stringify(value) {
  const text = written(value);
  return text === undefined ? undefined : wholeText(text);
}

function written(value) {
  try {
    return writeJson(value);
  } catch (error) {
    if (!isError(error) || textAt(error, "message") !== "circular reference") throw error;
    throw new TypeError("an object that holds itself cannot be JSON (circular reference)");
  }
}

/** Half a surrogate pair, which JSON.stringify writes as `\ud800`, is no character: U+FFFD stands for it. */
function wholeText(text) {
  if (!includes(text, "\\ud")) return text;
  const parts = split(text, "\\ud");
  for (let i = parts.length - 1; i > 0; i--) {
    parts[i] = endsEscaping(parts[i - 1]) ? `\\ud${parts[i]}` : `\ufffd${substring(parts[i], 3)}`;
  }
  return join(parts, "");
}

/** Whether a backslash that follows is itself escaped. */
function endsEscaping(text) {
  let at = text.length;
  while (at > 0 && charCodeAt(text, at - 1) === 0x5c) at--;
  return (text.length - at) % 2 === 1;
}

/** Reads a JSON text. An integer that a number cannot hold is a bigint. Throws SyntaxError. */
export function parse(text) {
  return matches(/\d{16}/, text) ? parseJson(text, exactly) : parseJson(text);
}

function exactly(_, value, { source }) {
  return typeof value === "number" && !isSafeInteger(value) && matches(/^-?\d+$/, source) ? BigInt(source) : value;
}

import { utf8Encode } from "tusk:host";
import {
  TypeError, Uint8Array, bufferBytes, isView, takes, typedBuffer, typedBytes, typedName, typedOffset, viewBuffer, viewBytes,
  viewOffset
} from "./primordials.js";

/** The bytes of an ArrayBuffer or of a view, without copying them; undefined for anything else. */
export function viewOf(value) {
  const kind = typedName(value);
  if (kind === "Uint8Array") return value;
  if (kind !== undefined) return new Uint8Array(typedBuffer(value), typedOffset(value), typedBytes(value));
  if (isView(value)) return new Uint8Array(viewBuffer(value), viewOffset(value), viewBytes(value));
  return isBuffer(value) ? new Uint8Array(value) : undefined;
}

export const isBuffer = (value) => typeof value === "object" && value !== null && takes(bufferBytes, value);

/** Bytes as they are, and the UTF-8 of a text. */
export function bytesOf(value, what) {
  if (typeof value === "string") return utf8Encode(value);
  const view = viewOf(value);
  if (!view) throw new TypeError(`${what} must be text or bytes`);
  return view;
}

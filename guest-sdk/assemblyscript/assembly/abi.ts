// The canonical ABI of guest-sdk/wit with UTF-16 strings: a String object's memory is what the ABI wants, so strings
// cross without a copy. Nothing is collected while a call runs (runtime `minimal`), so raw pointers stay valid in it.
import { Failure } from "./failure";
import * as layout from "./layout";
import { wellFormed } from "./utf16";
import { Value, ValueKind } from "./value";

/** Where imports write their results; each is lifted before the next import runs. */
export const RETURN: usize = memory.data(<i32>layout.Results.SIZE, <i32>layout.Results.ALIGN);

/** Collecting after each call costs more than small garbage does: small memories are collected every this many calls. */
const CALLS_PER_COLLECTION: i32 = 32;
const SMALL_MEMORY_PAGES: i32 = 16;

let callsSinceCollection: i32 = 0;
let pagesAtCollection: i32 = memory.size();

export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  if (size == 0) return align;
  if (old) return __renew(old, size);
  // Only strings have an alignment of 2 in this world.
  return __new(size, align == 2 ? idof<String>() : idof<ArrayBuffer>());
}

export function cabi_post_call(_result: usize): void {
  const pages = memory.size();
  if (++callsSinceCollection < CALLS_PER_COLLECTION && pages <= SMALL_MEMORY_PAGES && pages == pagesAtCollection) return;
  callsSinceCollection = 0;
  pagesAtCollection = pages;
  __collect();
}

// @ts-ignore: decorator
@inline export function liftString(at: usize): string {
  return load<u32>(at, layout.Slice.length) ? changetype<string>(load<usize>(at)) : "";
}

export function liftBytes(at: usize): Uint8Array {
  const length = load<i32>(at, layout.Slice.length);
  return length ? Uint8Array.wrap(changetype<ArrayBuffer>(load<usize>(at)), 0, length) : new Uint8Array(0);
}

export function liftFailure(at: usize): Failure {
  return new Failure(load<u16>(at, layout.Error.status), liftString(at + layout.Error.message), liftString(at + layout.Error.code));
}

export function liftStrings(at: usize): string[] {
  let item = load<usize>(at);
  const length = load<i32>(at, layout.Slice.length);
  const strings = new Array<string>(length);
  for (let i = 0; i < length; i++, item += layout.Slice.SIZE) strings[i] = liftString(item);
  return strings;
}

/** A list of name and text. */
export function liftPairs(at: usize): string[][] {
  let item = load<usize>(at);
  const length = load<i32>(at, layout.Slice.length);
  const pairs = new Array<string[]>(length);
  for (let i = 0; i < length; i++, item += layout.TupleStringString.SIZE) {
    pairs[i] = [liftString(item + layout.TupleStringString.first), liftString(item + layout.TupleStringString.second)];
  }
  return pairs;
}

export function liftValues(at: usize): Value[] {
  let item = load<usize>(at);
  const length = load<i32>(at, layout.Slice.length);
  const values = new Array<Value>(length);
  for (let i = 0; i < length; i++, item += layout.Value.SIZE) values[i] = liftValue(item);
  return values;
}

export function liftValue(at: usize): Value {
  const payload = at + layout.Value.PAYLOAD;
  switch (<i32>load<u8>(at)) {
    case ValueKind.Boolean: return Value.boolean(load<u8>(payload) != 0);
    case ValueKind.Integer: return Value.integer(load<i64>(payload));
    case ValueKind.Real: return Value.real(load<f64>(payload));
    case ValueKind.Text: return Value.text(liftString(payload));
    case ValueKind.Bytes: return Value.bytes(liftBytes(payload));
    case ValueKind.Json: return Value.json(liftString(payload));
  }
  return Value.nil();
}

/** Stores pointer and length; the text must be well-formed and must live as long as the call. */
// @ts-ignore: decorator
@inline export function lowerString(at: usize, text: string): void {
  const safe = wellFormed(text);
  store<usize>(at, changetype<usize>(safe));
  store<u32>(at, safe.length, layout.Slice.length);
}

export function lowerBytes(at: usize, bytes: Uint8Array): void {
  store<usize>(at, bytes.dataStart);
  store<u32>(at, bytes.byteLength, layout.Slice.length);
}

export function lowerPairs(pairs: string[][]): usize {
  const list = changetype<usize>(new ArrayBuffer(pairs.length * <i32>layout.TupleStringString.SIZE));
  for (let i = 0, item = list; i < pairs.length; i++, item += layout.TupleStringString.SIZE) {
    lowerString(item + layout.TupleStringString.first, pairs[i][0]);
    lowerString(item + layout.TupleStringString.second, pairs[i][1]);
  }
  return list;
}

export function lowerValues(values: Value[]): usize {
  const list = changetype<usize>(new ArrayBuffer(values.length * <i32>layout.Value.SIZE));
  for (let i = 0, item = list; i < values.length; i++, item += layout.Value.SIZE) lowerValue(item, values[i]);
  return list;
}

export function lowerValue(at: usize, value: Value): void {
  const kind = value.kind, payload = at + layout.Value.PAYLOAD;
  store<u8>(at, <u8>kind);
  if (kind == ValueKind.Text || kind == ValueKind.Json) lowerString(payload, value.asString());
  else if (kind == ValueKind.Bytes) lowerBytes(payload, value.asBytes());
  else store<u64>(payload, value.bits);
}

import { isBuffer } from "./bytes.js";
import { isError, textAt } from "./inspect.js";
import {
  DOMException, DataView, Date, Error, Map, RegExp, Set, bigintValue, booleanValue, bufferSlice, bufferTransfer, dateValue,
  isArray, isView, mapEach, mapGet, mapHas, mapSet, mapSize, namesOf, numberValue, put, regExpFlags, regExpSource, setAdd,
  setEach, setSize, stringValue, takes, typedBuffer, typedLength, typedName, typedOffset, viewBuffer, viewBytes, viewOffset
} from "./primordials.js";

const { Array, EvalError, Object, RangeError, ReferenceError, SyntaxError, TypeError, URIError } = globalThis;

const uncloneable = (what) => new DOMException(`${what} cannot be cloned`, "DataCloneError");

/** A copy of a value with all that it holds; what refers to the same refers to the same in the copy. */
export function structuredClone(value, options = undefined) {
  const known = new Map();
  for (const buffer of options?.transfer ?? []) {
    if (!isBuffer(buffer)) throw uncloneable("what is transferred and no ArrayBuffer");
    mapSet(known, buffer, bufferTransfer(buffer));
  }
  return clone(value, known);
}

function clone(value, known) {
  if (typeof value === "function" || typeof value === "symbol") throw uncloneable(`a ${typeof value}`);
  if (typeof value !== "object" || value === null) return value;
  if (mapHas(known, value)) return mapGet(known, value);
  const copy = isArray(value) ? new Array(value.length) : copyOf(value, known);
  mapSet(known, value, copy);
  if (takes(mapSize, value)) mapEach(value, (item, key) => mapSet(copy, clone(key, known), clone(item, known)));
  else if (takes(setSize, value)) setEach(value, (item) => setAdd(copy, clone(item, known)));
  else if (isArray(value) || isPlain(value)) cloneFields(value, copy, known);
  return copy;
}

const isPlain = (value) => !isView(value) && !isBuffer(value) && !isError(value) && boxed(value) === undefined && !takes(dateValue, value);

function cloneFields(value, copy, known) {
  const names = namesOf(value);
  for (let i = 0; i < names.length; i++) put(copy, names[i], clone(value[names[i]], known));
}

/** A new object of the same kind, which gets what a collection or a plain object holds later. */
function copyOf(value, known) {
  if (takes(dateValue, value)) return new Date(dateValue(value));
  if (takes(mapSize, value)) return new Map();
  if (takes(setSize, value)) return new Set();
  if (isBuffer(value)) return bufferSlice(value, 0);
  if (typedName(value)) return new TYPES[typedName(value)](clone(typedBuffer(value), known), typedOffset(value), typedLength(value));
  if (isView(value)) return new DataView(clone(viewBuffer(value), known), viewOffset(value), viewBytes(value));
  if (isError(value)) return cloneError(value, known);
  return boxed(value) ?? (takes(regExpSource, value) ? new RegExp(regExpSource(value), regExpFlags(value)) : {});
}

function boxed(value) {
  if (takes(booleanValue, value)) return Object(booleanValue(value));
  if (takes(numberValue, value)) return Object(numberValue(value));
  if (takes(stringValue, value)) return Object(stringValue(value));
  return takes(bigintValue, value) ? Object(bigintValue(value)) : undefined;
}

const ERRORS = { __proto__: null, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError };

const TYPES = { __proto__: null };
for (const name of [
  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array",
  "Float64Array", "BigInt64Array", "BigUint64Array"
]) TYPES[name] = globalThis[name];

function cloneError(error, known) {
  const copy = new (ERRORS[textAt(error, "name")] ?? Error)(textAt(error, "message") ?? "");
  const stack = textAt(error, "stack");
  if (stack !== undefined) put(copy, "stack", stack, false);
  if (error.cause !== undefined) put(copy, "cause", clone(error.cause, known), false);
  return copy;
}

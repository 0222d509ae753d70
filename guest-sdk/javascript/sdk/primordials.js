// What the SDK needs of the language, taken before the user's code runs: that may replace any of it, for itself.
// `uncurry(Map.prototype.get)(map, key)` is `map.get(key)` as it was. Lists of the SDK's own are walked by index and
// grow by `list[list.length] = item`, since `for … of`, spread and `push` go through what can be replaced.

export const {
  ArrayBuffer, BigInt, DOMException, DataView, Date, Error, Map, Number, RegExp, Set, String, Symbol, TypeError, Uint8Array
} = globalThis;

const { bind, call } = Function.prototype;
const uncurry = bind.bind(call);
const getter = (prototype, name) => uncurry(Object.getOwnPropertyDescriptor(prototype, name).get);

export const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf, ownKeys } = Reflect;
export const { freeze } = Object;
export const { isArray } = Array;
export const { isFinite, isInteger, isSafeInteger } = Number;
export const { ceil, max, min, trunc } = Math;

export const hasOwn = Object.hasOwn;
export const isEnumerable = uncurry(Object.prototype.propertyIsEnumerable);

export const parseJson = JSON.parse;
export const writeJson = JSON.stringify;
export const rawJson = JSON.rawJSON;

export const join = uncurry(Array.prototype.join);
export const slice = uncurry(Array.prototype.slice);
export const splice = uncurry(Array.prototype.splice);
export const sort = uncurry(Array.prototype.sort);

export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const includes = uncurry(String.prototype.includes);
export const indexOf = uncurry(String.prototype.indexOf);
export const repeat = uncurry(String.prototype.repeat);
export const split = uncurry(String.prototype.split);
export const startsWith = uncurry(String.prototype.startsWith);
export const substring = uncurry(String.prototype.substring);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const toUpperCase = uncurry(String.prototype.toUpperCase);
export const toWellFormed = uncurry(String.prototype.toWellFormed);
export const trim = uncurry(String.prototype.trim);
export const decodePercent = decodeURIComponent;
export const encodePercent = encodeURIComponent;

export const match = uncurry(RegExp.prototype.exec);
export const matches = (pattern, text) => match(pattern, text) !== null;
export const regExpText = uncurry(RegExp.prototype.toString);
export const regExpSource = getter(RegExp.prototype, "source");
export const regExpFlags = getter(RegExp.prototype, "flags");

export const bigintText = uncurry(BigInt.prototype.toString);
export const bigintValue = uncurry(BigInt.prototype.valueOf);
export const booleanValue = uncurry(Boolean.prototype.valueOf);
export const numberValue = uncurry(Number.prototype.valueOf);
export const stringValue = uncurry(String.prototype.valueOf);
export const symbolText = uncurry(Symbol.prototype.toString);
export const functionText = uncurry(Function.prototype.toString);
export const dateValue = uncurry(Date.prototype.getTime);
export const dateText = uncurry(Date.prototype.toISOString);

export const mapEach = uncurry(Map.prototype.forEach);
export const mapGet = uncurry(Map.prototype.get);
export const mapHas = uncurry(Map.prototype.has);
export const mapSet = uncurry(Map.prototype.set);
export const mapDelete = uncurry(Map.prototype.delete);
export const mapSize = getter(Map.prototype, "size");
export const setAdd = uncurry(Set.prototype.add);
export const setEach = uncurry(Set.prototype.forEach);
export const setHas = uncurry(Set.prototype.has);
export const setSize = getter(Set.prototype, "size");

const TypedArray = Object.getPrototypeOf(Uint8Array);
/** `Uint8Array` and the like for a typed array, whatever its author has made of its prototype; else undefined. */
export const typedName = getter(TypedArray.prototype, Symbol.toStringTag);
export const typedBuffer = getter(TypedArray.prototype, "buffer");
export const typedOffset = getter(TypedArray.prototype, "byteOffset");
export const typedBytes = getter(TypedArray.prototype, "byteLength");
export const typedLength = getter(TypedArray.prototype, "length");
export const typedSet = uncurry(TypedArray.prototype.set);
export const typedPart = uncurry(TypedArray.prototype.subarray);
export const viewBuffer = getter(DataView.prototype, "buffer");
export const viewOffset = getter(DataView.prototype, "byteOffset");
export const viewBytes = getter(DataView.prototype, "byteLength");
export const isView = ArrayBuffer.isView;
export const bufferBytes = getter(ArrayBuffer.prototype, "byteLength");
export const bufferSlice = uncurry(ArrayBuffer.prototype.slice);
export const bufferTransfer = uncurry(ArrayBuffer.prototype.transfer);

/** The texts of errors that are no properties of their own. */
const TEXTS = [
  Object.getOwnPropertyDescriptor(Error.prototype, "stack")?.get, Object.getOwnPropertyDescriptor(DOMException.prototype, "name").get,
  Object.getOwnPropertyDescriptor(DOMException.prototype, "message").get
];
export const isErrorText = (get) => get !== undefined && (get === TEXTS[0] || get === TEXTS[1] || get === TEXTS[2]);

/** Whether `check`, such as a getter of a kind of objects, takes the value. */
export function takes(check, value) {
  try {
    check(value);
    return true;
  } catch {
    return false;
  }
}

/** Gives an object a property of its own, whatever `Object.prototype` says about the name. */
export function put(object, name, value, enumerable = true) {
  defineProperty(object, name, { __proto__: null, value, enumerable, writable: true, configurable: true });
}

export const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";

/** The names of an object's own enumerable properties. */
export function namesOf(object) {
  const names = [], keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    if (typeof keys[i] === "string" && isEnumerable(object, keys[i])) names[names.length] = keys[i];
  }
  return names;
}

/** The own enumerable properties of an object as pairs; those that are undefined are none. */
export function entriesOf(object) {
  const pairs = [], names = namesOf(object);
  for (let i = 0; i < names.length; i++) {
    const value = object[names[i]];
    if (value !== undefined) pairs[pairs.length] = [names[i], value];
  }
  return pairs;
}

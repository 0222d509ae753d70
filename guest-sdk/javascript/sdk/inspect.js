// Values as text, for the log. Whatever getters and proxies do, there is a text, and it is bounded. Getters do not run.
import { isBuffer } from "./bytes.js";
import {
  Error, apply, bigintText, bufferBytes, dateText, dateValue, functionText, getOwnPropertyDescriptor, getPrototypeOf, hasOwn,
  isArray, isEnumerable, isErrorText, isObject, mapEach, mapSize, matches, max, min, ownKeys, regExpSource, regExpText, setEach,
  setSize, startsWith, substring, symbolText, takes, typedLength, typedName, writeJson
} from "./primordials.js";

const MOST_DEPTH = 4;
const MOST_ITEMS = 100;
const MOST_TEXT = 10_000;
const MOST_KEY = 200;
const MOST_CAUSES = 4;
/** Of all that one call gives. */
const MOST = 16_384;

/** A value as text; a string as it is. */
export function inspect(value, depth = MOST_DEPTH) {
  if (typeof value === "string") return cut(value, MOST);
  const writer = { left: MOST, depth, above: [] };
  return cut(write(writer, value), MOST);
}

const cut = (text, most) => (text.length > most ? `${substring(text, 0, most)}… (${text.length - most} more)` : text);

/** What `Object.is` says of -0, and the digits of everything else. */
const numberText = (value) => (value === 0 && 1 / value < 0 ? "-0" : `${value}`);

function write(writer, value) {
  if (isObject(value)) return writeGuarded(writer, value);
  const text = plainText(value, max(min(MOST_TEXT, writer.left), 0));
  writer.left -= text.length;
  return text;
}

function plainText(value, most) {
  switch (typeof value) {
    case "string": return writeJson(cut(value, most));
    case "number": return numberText(value);
    case "bigint": return cut(`${bigintText(value)}n`, most);
    case "symbol": return cut(symbolText(value), most);
  }
  return `${value}`;
}

function writeGuarded(writer, value) {
  for (let i = 0; i < writer.above.length; i++) if (writer.above[i] === value) return "[Circular]";
  writer.left -= 4;
  try {
    writer.above[writer.above.length] = value;
    return writeObject(writer, value);
  } catch {
    return "[an object that cannot be shown]";
  } finally {
    writer.above.length--;
  }
}

function writeObject(writer, value) {
  if (typeof value === "function") return functionName(value);
  if (isError(value)) return errorText(value);
  const name = className(value);
  if (takes(dateValue, value)) return takes(dateText, value) ? dateText(value) : "Invalid Date";
  if (takes(regExpSource, value)) return cut(regExpText(value), MOST_TEXT);
  if (writer.above.length > writer.depth + 1) return isArray(value) ? "[Array]" : `[${name || "Object"}]`;
  if (isArray(value)) return listText(writer, value, name === "Array" ? "" : `${name} `);
  if (typedName(value)) return listText(writer, value, `${name}(${typedLength(value)}) `);
  if (isBuffer(value)) return `${name} { ${bufferBytes(value)} bytes }`;
  if (takes(mapSize, value)) return mapText(writer, value, name);
  if (takes(setSize, value)) return setText(writer, value, name);
  const fields = fieldsOf(writer, value);
  return enclosed(name === "Object" ? "" : `${name || "[no prototype]"} `, "{", fields, "}");
}

const enclosed = (prefix, open, items, close) => (
  items.length === 0 ? `${prefix}${open}${close}` : `${prefix}${open} ${together(items)} ${close}`
);

function together(items) {
  let text = items[0];
  for (let i = 1; i < items.length; i++) text += `, ${items[i]}`;
  return text;
}

/** Adds what `next` gives, while there is room. Whether there was. */
function add(writer, items, next) {
  if (items.length < MOST_ITEMS && writer.left > 0) {
    items[items.length] = next();
    return true;
  }
  return false;
}

const more = (count) => `… ${count} more`;

function listText(writer, list, prefix) {
  const items = [], length = isArray(list) ? list.length : typedLength(list);
  for (let i = 0; i < length; i++) {
    if (!add(writer, items, () => (hasOwn(list, i) ? fieldText(writer, list, i) : "empty"))) {
      items[items.length] = more(length - i);
      break;
    }
  }
  return enclosed(prefix, "[", items, "]");
}

function mapText(writer, map, name) {
  const items = [], size = mapSize(map);
  mapEach(map, (value, key) => add(writer, items, () => `${write(writer, key)} => ${write(writer, value)}`));
  if (items.length < size) items[items.length] = more(size - items.length);
  return enclosed(`${name}(${size}) `, "{", items, "}");
}

function setText(writer, set, name) {
  const items = [], size = setSize(set);
  setEach(set, (value) => add(writer, items, () => write(writer, value)));
  if (items.length < size) items[items.length] = more(size - items.length);
  return enclosed(`${name}(${size}) `, "{", items, "}");
}

function fieldsOf(writer, object) {
  const items = [], keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    if (!isEnumerable(object, keys[i])) continue;
    if (!add(writer, items, () => `${keyText(writer, keys[i])}: ${fieldText(writer, object, keys[i])}`)) {
      items[items.length] = more(keys.length - i);
      break;
    }
  }
  return items;
}

function fieldText(writer, object, key) {
  const found = getOwnPropertyDescriptor(object, key);
  if (found && !hasOwn(found, "value")) return found.get ? "[Getter]" : "[Setter]";
  return write(writer, found?.value);
}

function keyText(writer, key) {
  const text = typeof key === "symbol" ? `[${cut(symbolText(key), MOST_KEY)}]` : writeJson(cut(key, MOST_KEY));
  writer.left -= text.length;
  return typeof key === "string" && matches(/^[A-Za-z_$][\w$]*$/, key) && key.length <= MOST_KEY ? key : text;
}

/** A property that is a string, not one that the user's code gives. */
export function textAt(object, key) {
  for (let at = object, i = 0; at !== null && i < 8; at = getPrototypeOf(at), i++) {
    const found = getOwnPropertyDescriptor(at, key);
    if (!found) continue;
    const value = isErrorText(found.get) ? apply(found.get, object, []) : found.value;
    return typeof value === "string" ? value : undefined;
  }
  return undefined;
}

function className(object) {
  for (let at = object, i = 0; at !== null && i < 8; at = getPrototypeOf(at), i++) {
    const found = getOwnPropertyDescriptor(at, "constructor")?.value;
    if (typeof found === "function") return cut(textAt(found, "name") ?? "", 80);
  }
  return "";
}

function functionName(value) {
  const name = cut(textAt(value, "name") || "(anonymous)", 80);
  return startsWith(substring(functionText(value), 0, 6), "class ") ? `[class ${name}]` : `[Function: ${name}]`;
}

export const isError = (value) => typeof value === "object" && value !== null && value instanceof Error;

function errorText(error) {
  const name = textAt(error, "name") ?? "Error", message = textAt(error, "message") ?? "";
  const stack = textAt(error, "stack");
  const head = message === "" ? name : `${name}: ${message}`;
  return cut(stack ? `${head}${causes(error)}\n${stack}` : head + causes(error), MOST_TEXT);
}

/** What an error says of why it came about. */
export function causes(error) {
  let text = "", cause = valueAt(error, "cause");
  for (let i = 0; i < MOST_CAUSES && cause !== undefined; i++, cause = valueAt(cause, "cause")) text += `; caused by ${short(cause)}`;
  const errors = valueAt(error, "errors"), count = isArray(errors) ? min(errors.length, MOST_CAUSES) : 0;
  for (let i = 0; i < count; i++) text += `; ${short(valueAt(errors, i))}`;
  return text;
}

const valueAt = (object, key) => (isObject(object) ? getOwnPropertyDescriptor(object, key)?.value : undefined);

function short(value) {
  if (!isError(value)) return cut(inspect(value, 1), 500);
  return cut(`${textAt(value, "name") ?? "Error"}: ${textAt(value, "message") ?? ""}`, 500);
}

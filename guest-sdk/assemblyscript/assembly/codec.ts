// Between JSON and types. The compiler's transform gives each class of the author `__tuskWriteFields` and `__tuskRead`.
// Those pass SDK objects on as addresses: an author's file may use the names of their types for something else.
//
// `J` is `Json`: that knows this file, and this file not it.
import { fromBase64, toBase64 } from "./base64";
import { isExact } from "./decimal";
import { Failure, __tuskThrow } from "./failure";
import { JsonKind, jsonKindName, whose } from "./json-kind";
import { JsonWriter } from "./json-writer";

export function stringify<T>(value: T): string {
  const writer = new JsonWriter();
  write<T>(writer, value);
  return writer.finish();
}

export function write<T>(writer: JsonWriter, value: T): void {
  if (isBoolean<T>()) writer.raw(value ? "true" : "false");
  else if (isInteger<T>()) writer.raw(value.toString());
  else if (isFloat<T>()) writer.real(<f64>value);
  else {
    if (isNullable<T>()) {
      if (value == null) {
        writer.raw("null");
        return;
      }
    }
    writeReference<NonNullable<T>>(writer, changetype<NonNullable<T>>(value));
  }
}

function writeReference<T>(writer: JsonWriter, value: T): void {
  if (isString<T>()) writer.text(changetype<string>(value));
  else if (idof<T>() == idof<Uint8Array>()) writer.text(toBase64(changetype<Uint8Array>(value)));
  else if (idof<T>() == idof<ArrayBuffer>()) writer.text(toBase64(Uint8Array.wrap(changetype<ArrayBuffer>(value))));
  else if (isArrayLike<T>()) {
    writer.open(0x5b);
    for (let i = 0, length = value.length; i < length; i++) {
      writer.next();
      write<valueof<T>>(writer, value[i]);
    }
    writer.close(0x5d);
  } else if (isDefined(value.__tuskWriteFields)) {
    writer.open(0x7b);
    value.__tuskWriteFields(changetype<usize>(writer));
    writer.close(0x7d);
  } else if (isDefined(value.__tuskWrite)) {
    value.__tuskWrite(writer);
  } else {
    ERROR("this type cannot be JSON: use numbers, booleans, texts, arrays, classes of your own, or Json");
  }
}

/** How a read that does not fit ends: the call, with the status of whose mistake it is, or kept in `error`. */
export class Reader {
  error: Failure | null = null;

  constructor(
    private blame: u16,
    private ends: bool = true
  ) {}

  refuse(path: string, problem: string): void {
    if (this.error) return;
    const what = path.length ? "`" + path + "`: " + problem : problem;
    const failure = new Failure(this.blame, whose(this.blame) + what, "type");
    if (this.ends) __tuskThrow(failure);
    this.error = failure;
  }
}

/** `json` as `T`. After a refusal that does not end the call the value is empty and must not be used. */
export function create<T, J>(json: J, reader: Reader, path: string): T {
  if (isBoolean<T>()) {
    if (!json.isBoolean) reader.refuse(path, "expected a boolean, found " + jsonKindName(json.kind));
    return <T>json.booleanOr(false);
  }
  if (isInteger<T>()) return integer<T, J>(json, reader, path);
  if (isFloat<T>()) {
    if (!json.isNumber) reader.refuse(path, "expected a number, found " + jsonKindName(json.kind));
    return <T>json.realOr(0);
  }
  if (isNullable<T>()) if (json.isNull) return changetype<T>(0);
  return changetype<T>(createReference<NonNullable<T>, J>(json, reader, path));
}

function integer<T, J>(json: J, reader: Reader, path: string): T {
  if (json.isUnsigned) {
    if (!isSigned<T>() && sizeof<T>() == 8) return <T>json.asUnsigned();
    reader.refuse(path, json.toString() + " is out of range");
    return <T>0;
  }
  if (!json.isInteger && !(json.kind == JsonKind.Real && isExact(json.asReal()))) {
    reader.refuse(path, "expected an integer of 64 bits, found " + jsonKindName(json.kind));
    return <T>0;
  }
  return narrow<T>(json.asInteger(), reader, path);
}

/** `wide` as `T` when it fits. */
export function narrow<T>(wide: i64, reader: Reader, path: string): T {
  const value = <T>wide;
  if (<i64>value != wide || (!isSigned<T>() && wide < 0)) reader.refuse(path, wide.toString() + " is out of range");
  return value;
}

function createReference<T, J>(json: J, reader: Reader, path: string): T {
  if (isString<T>()) {
    if (!json.isText) reader.refuse(path, "expected a text, found " + jsonKindName(json.kind));
    return changetype<T>(json.textOr(""));
  }
  if (idof<T>() == idof<J>()) return changetype<T>(json);
  if (idof<T>() == idof<Uint8Array>()) return changetype<T>(createBytes<J>(json, reader, path));
  if (idof<T>() == idof<ArrayBuffer>()) return changetype<T>(createBytes<J>(json, reader, path).buffer);
  if (isArrayLike<T>()) return createArray<T, J>(json, reader, path);
  // Made without its constructor: every field is then read, or gets its initializer.
  const object = __new(offsetof<T>(), idof<T>());
  memory.fill(object, 0, offsetof<T>());
  const value = changetype<T>(object);
  if (isDefined(value.__tuskOf)) return changetype<T>(value.__tuskOf(changetype<usize>(json)));
  if (!json.isObject) reader.refuse(path, "expected an object, found " + jsonKindName(json.kind));
  if (isDefined(value.__tuskRead)) {
    value.__tuskRead(changetype<usize>(json), changetype<usize>(reader), path);
  } else ERROR("this type cannot be read from JSON: use numbers, booleans, texts, arrays, classes of your own, or Json");
  return value;
}

function createBytes<J>(json: J, reader: Reader, path: string): Uint8Array {
  const bytes = json.isText ? fromBase64(json.asText()) : null;
  if (bytes) return bytes;
  reader.refuse(path, "expected base64, found " + (json.isText ? "another text" : jsonKindName(json.kind)));
  return new Uint8Array(0);
}

function createArray<T, J>(json: J, reader: Reader, path: string): T {
  if (!json.isArray) reader.refuse(path, "expected an array, found " + jsonKindName(json.kind));
  const length = json.length;
  const array = instantiate<T>(length);
  for (let i = 0; i < length; i++) {
    array[i] = create<valueof<T>, J>(json.at(i), reader, path + "[" + i.toString() + "]");
  }
  return array;
}

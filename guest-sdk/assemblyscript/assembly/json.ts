import { Failure, __tuskThrow } from "./failure";
import { Result } from "./result";
import { Value, isWhole } from "./value";
import { JsonParser } from "./json-parser";
import { JsonWriter } from "./json-writer";
import { Reader, create, write } from "./codec";

// @ts-ignore: decorator
@global
export enum JsonKind { Null, Boolean, Integer, Real, Text, Array, Object }

/** Objects with more members than this look keys up in an index. */
const INDEXED_FROM: i32 = 16;

/** Any JSON value. Integers keep all 64 bits; objects keep their order. */
// @ts-ignore: decorator
@global
export class Json {
  private bits: u64 = 0;
  private held: string | null = null;
  private items: Json[] | null = null;
  private names: string[] | null = null;
  private index: Map<string, i32> | null = null;

  private constructor(readonly kind: JsonKind) {}

  static nil(): Json { return new Json(JsonKind.Null); }

  static object(): Json {
    const json = new Json(JsonKind.Object);
    json.items = [];
    json.names = [];
    return json;
  }

  static array(): Json {
    const json = new Json(JsonKind.Array);
    json.items = [];
    return json;
  }

  /** From anything: numbers, booleans, texts, arrays, classes; null. */
  static of<T>(value: T): Json {
    if (isBoolean<T>()) return Json.scalar(JsonKind.Boolean, value ? 1 : 0);
    if (isInteger<T>()) {
      if (!isSigned<T>() && sizeof<T>() == 8) {
        if (<i64>value < 0) return Json.scalar(JsonKind.Real, reinterpret<u64>(<f64>value));
      }
      return Json.scalar(JsonKind.Integer, <i64>value);
    }
    if (isFloat<T>()) return Json.scalar(JsonKind.Real, reinterpret<u64>(<f64>value));
    if (isNullable<T>()) if (value == null) return Json.nil();
    if (isReference<T>()) {
      if (isString<T>()) {
        const json = new Json(JsonKind.Text);
        json.held = changetype<string>(value);
        return json;
      }
      if (idof<T>() == idof<Json>()) return changetype<Json>(value);
      if (idof<T>() == idof<Value>()) return changetype<Value>(value).asJson();
      const writer = new JsonWriter();
      write<T>(writer, value);
      return Json.parse(writer.finish());
    }
    return Json.nil();
  }

  private static scalar(kind: JsonKind, bits: u64): Json {
    const json = new Json(kind);
    json.bits = bits;
    return json;
  }

  /** Reads a JSON text. Ends the call with a failure (400) when it is none. */
  static parse(text: string): Json {
    return Json.tryParse(text).value;
  }

  static tryParse(text: string): Result<Json> {
    return new JsonParser(text).parse();
  }

  get isNull(): bool { return this.kind == JsonKind.Null; }
  get isBoolean(): bool { return this.kind == JsonKind.Boolean; }
  get isInteger(): bool { return this.kind == JsonKind.Integer; }
  get isNumber(): bool { return this.kind == JsonKind.Integer || this.kind == JsonKind.Real; }
  get isText(): bool { return this.kind == JsonKind.Text; }
  get isArray(): bool { return this.kind == JsonKind.Array; }
  get isObject(): bool { return this.kind == JsonKind.Object; }

  /** How many elements or members; 0 for anything but an array or object. */
  get length(): i32 {
    const items = this.items;
    return items ? items.length : 0;
  }

  /** The names of an object's members, in order. */
  keys(): string[] {
    const names = this.names;
    return names ? names.slice() : [];
  }

  has(key: string): bool { return this.find(key) >= 0; }

  /** The member `key`; null JSON when there is none. */
  get(key: string): Json {
    const at = this.find(key);
    return at < 0 ? Json.nil() : this.items![at];
  }

  /** The element or member at `index`; null JSON when there is none. */
  at(index: i32): Json {
    return index >= 0 && index < this.length ? this.items![index] : Json.nil();
  }

  /** Sets a member of an object, and gives the object: calls can be chained. */
  set<T>(key: string, value: T): Json {
    const names = this.names;
    if (!names) throw new Failure(500, "only an object has members; this JSON is " + jsonKindName(this.kind), "type");
    const json = Json.of(value);
    const at = this.find(key);
    if (at >= 0) {
      this.items![at] = json;
      return this;
    }
    this.append(key, json);
    return this;
  }

  /** Appends to an array, and gives the array: calls can be chained. */
  push<T>(value: T): Json {
    if (this.kind != JsonKind.Array) throw new Failure(500, "only an array has elements; this JSON is " + jsonKindName(this.kind), "type");
    this.items!.push(Json.of(value));
    return this;
  }

  private append(key: string, json: Json): void {
    const names = this.names!;
    const index = this.index;
    if (index) index.set(key, names.length);
    names.push(key);
    this.items!.push(json);
  }

  private find(key: string): i32 {
    const names = this.names;
    if (!names) return -1;
    if (names.length < INDEXED_FROM) return names.indexOf(key);
    let index = this.index;
    if (!index) {
      this.index = index = new Map();
      for (let i = 0; i < names.length; i++) index.set(names[i], i);
    }
    return index.has(key) ? index.get(key) : -1;
  }

  /** The text. Ends the call with a failure when this is none; so do the next three. */
  asText(): string {
    if (this.kind != JsonKind.Text) throw this.mismatch("a text");
    return this.held!;
  }

  /** The integer; `2.0` is one too. */
  asInteger(): i64 {
    if (this.kind == JsonKind.Integer) return this.bits;
    if (this.kind == JsonKind.Real && isWhole(reinterpret<f64>(this.bits))) return <i64>reinterpret<f64>(this.bits);
    throw this.mismatch("an integer");
  }

  asReal(): f64 {
    if (this.kind == JsonKind.Real) return reinterpret<f64>(this.bits);
    if (this.kind == JsonKind.Integer) return <f64>(<i64>this.bits);
    throw this.mismatch("a number");
  }

  asBoolean(): bool {
    if (this.kind != JsonKind.Boolean) throw this.mismatch("a boolean");
    return this.bits != 0;
  }

  textOr(fallback: string): string { return this.isText ? this.asText() : fallback; }
  integerOr(fallback: i64): i64 { return this.isInteger ? this.asInteger() : fallback; }
  realOr(fallback: f64): f64 { return this.isNumber ? this.asReal() : fallback; }
  booleanOr(fallback: bool): bool { return this.isBoolean ? this.asBoolean() : fallback; }

  /** As a number, text, array or class. Ends the call with a failure that names the member that does not fit. */
  to<T>(): T {
    return create<T>(this, new Reader(500), "");
  }

  tryTo<T>(): Result<T> {
    const reader = new Reader(0);
    const value = create<T>(this, reader, "");
    const error = reader.error;
    return error ? Result.failure<T>(error) : Result.success<T>(value);
  }

  toValue(): Value {
    switch (this.kind) {
      case JsonKind.Null: return Value.nil();
      case JsonKind.Boolean: return Value.boolean(this.bits != 0);
      case JsonKind.Integer: return Value.integer(this.bits);
      case JsonKind.Real: return Value.real(reinterpret<f64>(this.bits));
      case JsonKind.Text: return Value.text(this.held!);
    }
    return Value.json(this.toString());
  }

  /** The JSON text. */
  toString(): string {
    const writer = new JsonWriter();
    this.__tuskWrite(writer);
    return writer.finish();
  }

  __tuskWrite(writer: JsonWriter): void {
    switch (this.kind) {
      case JsonKind.Null: writer.raw("null"); break;
      case JsonKind.Boolean: writer.raw(this.bits ? "true" : "false"); break;
      case JsonKind.Integer: writer.integer(this.bits); break;
      case JsonKind.Real: writer.real(reinterpret<f64>(this.bits)); break;
      case JsonKind.Text: writer.text(this.held!); break;
      case JsonKind.Array: this.writeArray(writer); break;
      case JsonKind.Object: this.writeObject(writer); break;
    }
  }

  private writeArray(writer: JsonWriter): void {
    const items = this.items!;
    writer.open(0x5b);
    for (let i = 0; i < items.length; i++) {
      writer.next();
      items[i].__tuskWrite(writer);
    }
    writer.close(0x5d);
  }

  private writeObject(writer: JsonWriter): void {
    const items = this.items!, names = this.names!;
    writer.open(0x7b);
    for (let i = 0; i < items.length; i++) {
      writer.key(names[i]);
      items[i].__tuskWrite(writer);
    }
    writer.close(0x7d);
  }

  private mismatch(expected: string): Failure {
    return new Failure(500, "expected " + expected + ", found " + jsonKindName(this.kind), "type");
  }
}

export function jsonKindName(kind: JsonKind): string {
  switch (kind) {
    case JsonKind.Boolean: return "a boolean";
    case JsonKind.Integer: return "an integer";
    case JsonKind.Real: return "a number";
    case JsonKind.Text: return "a text";
    case JsonKind.Array: return "an array";
    case JsonKind.Object: return "an object";
  }
  return "null";
}

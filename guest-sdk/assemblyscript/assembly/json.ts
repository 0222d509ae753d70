import { Reader, create, write } from "./codec";
import { isExact } from "./decimal";
import { Failure, __tuskThrow } from "./failure";
import { JsonKind, OWN, jsonKindName, whose } from "./json-kind";
import { JsonParser } from "./json-parser";
import { JsonWriter } from "./json-writer";
import { Result } from "./result";

/** Objects with more members than this look keys up in an index. */
const INDEXED_FROM: i32 = 16;

/** Any JSON value. Integers keep all 64 bits, signed or not; objects keep their order. */
// @ts-ignore: decorator
@global
export class Json {
  private bits: u64 = 0;
  /** Of a text; of an integer that 64 bits cannot hold, its digits. */
  private held: string | null = null;
  /** Of an integer above those of `i64`. */
  private unsigned: bool = false;
  private items: Json[] | null = null;
  private names: string[] | null = null;
  private index: Map<string, i32> | null = null;

  private constructor(
    readonly kind: JsonKind,
    private blame: u16 = OWN
  ) {
    if (kind >= JsonKind.Array) this.items = [];
    if (kind == JsonKind.Object) this.names = [];
  }

  static nil(): Json { return new Json(JsonKind.Null); }

  static object(): Json { return new Json(JsonKind.Object); }

  static array(): Json { return new Json(JsonKind.Array); }

  /** The same value, from whom `blame` says. */
  __tuskFrom(blame: u16): Json {
    this.blame = blame;
    return this;
  }

  /** The same kind of value, holding what was read. */
  __tuskHolding(bits: u64, held: string | null): Json {
    this.bits = bits;
    this.held = held;
    return this;
  }

  /** From anything: numbers, booleans, texts, arrays, classes; null. */
  static of<T>(value: T): Json {
    if (isBoolean<T>()) return new Json(JsonKind.Boolean).__tuskHolding(value ? 1 : 0, null);
    if (isInteger<T>()) {
      const json = new Json(JsonKind.Integer).__tuskHolding(<u64>value, null);
      return isSigned<T>() ? json : json.__tuskUnsigned();
    }
    if (isFloat<T>()) return new Json(JsonKind.Real).__tuskHolding(reinterpret<u64>(<f64>value), null);
    if (isNullable<T>()) if (value == null) return Json.nil();
    if (isReference<T>()) {
      if (isString<T>()) return new Json(JsonKind.Text).__tuskHolding(0, changetype<string>(value));
      if (idof<T>() == idof<Json>()) return changetype<Json>(value);
      const object = changetype<NonNullable<T>>(value);
      if (isDefined(object.__tuskJson)) return object.__tuskJson();
      const writer = new JsonWriter();
      write<T>(writer, value);
      return Json.parse(writer.finish());
    }
    return Json.nil();
  }

  /** The same integer, whose bits have no sign. */
  __tuskUnsigned(): Json {
    this.unsigned = <i64>this.bits < 0;
    return this;
  }

  /** The digits of an integer that 64 bits cannot hold: a real that is written with them. */
  get __tuskDigits(): string | null { return this.kind == JsonKind.Real ? this.held : null; }

  /** Reads a JSON text. Ends the call with a failure (500) when it is none: what clients send is read by `request.json()`. */
  static parse(text: string): Json {
    return Json.tryParse(text).value;
  }

  static tryParse(text: string): Result<Json> {
    return Json.__tuskParse(text, OWN);
  }

  /** Reads a JSON text that came from whom `blame` says. */
  static __tuskParse(text: string, blame: u16): Result<Json> {
    return new JsonParser<Json>(text, blame).parse();
  }

  get isNull(): bool { return this.kind == JsonKind.Null; }
  get isBoolean(): bool { return this.kind == JsonKind.Boolean; }
  get isInteger(): bool { return this.kind == JsonKind.Integer; }
  /** Whether this is an integer above those of `i64`, for `asUnsigned`. */
  get isUnsigned(): bool { return this.unsigned; }
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
    return at < 0 ? new Json(JsonKind.Null, this.blame) : this.items![at];
  }

  /** The element or member at `index`; null JSON when there is none. */
  at(index: i32): Json {
    return index >= 0 && index < this.length ? this.items![index] : new Json(JsonKind.Null, this.blame);
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

  /**
   * The text. Ends the call with a failure when this is none; so do the next four. Its status is 400 where the value came
   * with the request, 502 where a server answered with it, else 500.
   */
  asText(): string {
    if (this.kind != JsonKind.Text) throw this.mismatch("a text");
    return this.held!;
  }

  /** The integer; `2.0` is one too. */
  asInteger(): i64 {
    if (this.kind == JsonKind.Integer && !this.unsigned) return this.bits;
    if (this.kind == JsonKind.Real && isExact(reinterpret<f64>(this.bits))) return <i64>reinterpret<f64>(this.bits);
    throw this.mismatch("an integer of 64 bits");
  }

  /** The integer, which is not negative: all 64 bits of a `u64`. */
  asUnsigned(): u64 {
    if (this.unsigned) return this.bits;
    const value = this.asInteger();
    if (value < 0) throw this.mismatch("an integer from 0");
    return value;
  }

  asReal(): f64 {
    if (this.kind == JsonKind.Real) return reinterpret<f64>(this.bits);
    if (this.unsigned) return <f64>this.bits;
    if (this.kind == JsonKind.Integer) return <f64>(<i64>this.bits);
    throw this.mismatch("a number");
  }

  asBoolean(): bool {
    if (this.kind != JsonKind.Boolean) throw this.mismatch("a boolean");
    return this.bits != 0;
  }

  textOr(fallback: string): string { return this.isText ? this.asText() : fallback; }
  integerOr(fallback: i64): i64 { return this.isInteger && !this.unsigned ? this.asInteger() : fallback; }
  unsignedOr(fallback: u64): u64 { return this.unsigned || (this.isInteger && <i64>this.bits >= 0) ? this.bits : fallback; }
  realOr(fallback: f64): f64 { return this.isNumber ? this.asReal() : fallback; }
  booleanOr(fallback: bool): bool { return this.isBoolean ? this.asBoolean() : fallback; }

  /** As a number, text, array or class. Ends the call with a failure that names the member that does not fit. */
  to<T>(): T {
    return create<T, Json>(this, new Reader(this.blame), "");
  }

  tryTo<T>(): Result<T> {
    const reader = new Reader(this.blame, false);
    const value = create<T, Json>(this, reader, "");
    const error = reader.error;
    return error ? Result.failure<T>(error) : Result.success<T>(value);
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
      case JsonKind.Integer: writer.raw(this.unsigned ? this.bits.toString() : (<i64>this.bits).toString()); break;
      case JsonKind.Real: this.held ? writer.raw(this.held!) : writer.real(reinterpret<f64>(this.bits)); break;
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
    const found = this.kind == JsonKind.Integer ? this.toString() : jsonKindName(this.kind);
    return new Failure(this.blame, whose(this.blame) + "expected " + expected + ", found " + found, "type");
  }
}

import { toBase64 } from "./base64";
import { stringify } from "./codec";
import { isExact } from "./decimal";
import { Failure, __tuskThrow } from "./failure";
import { Json } from "./json";
import { JsonKind, OWN } from "./json-kind";
import { JsonWriter } from "./json-writer";
import { ValueCase } from "./layout";

/** What a value can be. */
// @ts-ignore: decorator
@global
export enum ValueKind {
  Null = ValueCase.Null,
  Boolean = ValueCase.Boolean,
  Integer = ValueCase.Integer,
  Real = ValueCase.Real,
  Text = ValueCase.Text,
  Bytes = ValueCase.Bytes,
  Json = ValueCase.Json
}

/** One SQL parameter or column, one Redis argument or reply, one configuration value. */
// @ts-ignore: decorator
@global
export class Value {
  /** Whose mistake it is when the value is not what is expected; see `Json`. */
  private blame: u16 = OWN;

  private constructor(
    readonly kind: ValueKind,
    /** The payload of a boolean, an integer or a real. */
    readonly bits: u64,
    private held: string | null,
    private data: Uint8Array | null
  ) {}

  static nil(): Value { return new Value(ValueKind.Null, 0, null, null); }
  static boolean(value: bool): Value { return new Value(ValueKind.Boolean, value ? 1 : 0, null, null); }
  static integer(value: i64): Value { return new Value(ValueKind.Integer, value, null, null); }
  /** An integer above those of `i64` is JSON: its digits. */
  static unsigned(value: u64): Value { return <i64>value < 0 ? Value.json(value.toString()) : Value.integer(value); }
  static real(value: f64): Value { return new Value(ValueKind.Real, reinterpret<u64>(value), null, null); }
  static text(value: string): Value { return new Value(ValueKind.Text, 0, value, null); }
  static bytes(value: Uint8Array): Value { return new Value(ValueKind.Bytes, 0, null, value); }
  /** `value` is the text of a JSON array or object, or of an integer above those of `i64`. */
  static json(value: string): Value { return new Value(ValueKind.Json, 0, value, null); }

  /** The same value, from whom `blame` says. */
  __tuskFrom(blame: u16): Value {
    this.blame = blame;
    return this;
  }

  /** From anything: numbers, booleans, texts, bytes; null; whatever else can be JSON, as JSON. */
  static of<T>(value: T): Value {
    if (isBoolean<T>()) return Value.boolean(value);
    if (isInteger<T>()) return isSigned<T>() ? Value.integer(<i64>value) : Value.unsigned(<u64>value);
    if (isFloat<T>()) return Value.real(<f64>value);
    if (isNullable<T>()) if (value == null) return Value.nil();
    if (isReference<T>()) {
      if (isString<T>()) return Value.text(changetype<string>(value));
      if (idof<T>() == idof<Uint8Array>()) return Value.bytes(changetype<Uint8Array>(value));
      if (idof<T>() == idof<ArrayBuffer>()) return Value.bytes(Uint8Array.wrap(changetype<ArrayBuffer>(value)));
      if (idof<T>() == idof<Value>()) return changetype<Value>(value);
      if (idof<T>() == idof<Json>()) return Value.fromJson(changetype<Json>(value));
      return Value.json(stringify(value));
    }
    return Value.nil();
  }

  private static fromJson(json: Json): Value {
    switch (json.kind) {
      case JsonKind.Null: return Value.nil();
      case JsonKind.Boolean: return Value.boolean(json.asBoolean());
      case JsonKind.Integer: return json.isUnsigned ? Value.unsigned(json.asUnsigned()) : Value.integer(json.asInteger());
      case JsonKind.Text: return Value.text(json.asText());
      case JsonKind.Real:
        if (!json.__tuskDigits) return Value.real(json.asReal());
    }
    return Value.json(json.toString());
  }

  /** Of a field of this type: what stands there in JSON. */
  __tuskOf(json: usize): Value { return Value.fromJson(changetype<Json>(json)); }

  /** What `Json.of` makes of it, and how it is written within other JSON. */
  __tuskJson(): Json { return this.asJson(); }
  __tuskWrite(writer: JsonWriter): void { this.asJson().__tuskWrite(writer); }

  get isNull(): bool { return this.kind == ValueKind.Null; }

  /** The text. Numbers and booleans are written out; anything else ends the call with a failure. */
  asText(): string {
    if (this.kind == ValueKind.Text || this.kind == ValueKind.Json) return this.asString();
    if (this.kind == ValueKind.Integer) return (<i64>this.bits).toString();
    if (this.kind == ValueKind.Real) return reinterpret<f64>(this.bits).toString();
    if (this.kind == ValueKind.Boolean) return this.bits ? "true" : "false";
    throw this.mismatch("a text");
  }

  /** The integer; a whole real and a boolean are one too. */
  asInteger(): i64 {
    if (this.kind == ValueKind.Integer || this.kind == ValueKind.Boolean) return this.bits;
    if (this.kind == ValueKind.Real) {
      const real = reinterpret<f64>(this.bits);
      if (isExact(real)) return <i64>real;
    }
    throw this.mismatch("an integer of 64 bits");
  }

  /** The integer, which is not negative: all 64 bits of a `u64`. */
  asUnsigned(): u64 {
    if (this.kind == ValueKind.Json) return this.asJson().asUnsigned();
    const value = this.asInteger();
    if (value < 0) throw this.mismatch("an integer from 0");
    return value;
  }

  asReal(): f64 {
    if (this.kind == ValueKind.Real) return reinterpret<f64>(this.bits);
    if (this.kind == ValueKind.Integer) return <f64>(<i64>this.bits);
    if (this.kind == ValueKind.Json) return this.asJson().asReal();
    throw this.mismatch("a real number");
  }

  /** The boolean; an integer counts as true when it is not 0, as databases without booleans have it. */
  asBoolean(): bool {
    if (this.kind == ValueKind.Boolean || this.kind == ValueKind.Integer) return this.bits != 0;
    throw this.mismatch("a boolean");
  }

  /** The bytes; of a text, its UTF-8. */
  asBytes(): Uint8Array {
    const data = this.data;
    if (data) return data;
    if (this.kind != ValueKind.Text) throw this.mismatch("bytes");
    return Uint8Array.wrap(String.UTF8.encode(this.asString()));
  }

  /** As JSON: nested data is parsed, bytes are base64. */
  asJson(): Json { return this.json().__tuskFrom(this.blame); }

  private json(): Json {
    switch (this.kind) {
      case ValueKind.Boolean: return Json.of<bool>(this.bits != 0);
      case ValueKind.Integer: return Json.of<i64>(this.bits);
      case ValueKind.Real: return Json.of<f64>(reinterpret<f64>(this.bits));
      case ValueKind.Text: return Json.of(this.asString());
      case ValueKind.Json: return Json.__tuskParse(this.asString(), this.blame).value;
      case ValueKind.Bytes: return Json.of(toBase64(this.data!));
    }
    return Json.nil();
  }

  /** The text of a text or of JSON; else empty. */
  asString(): string {
    const held = this.held;
    return held ? held : "";
  }

  toString(): string {
    if (this.kind == ValueKind.Bytes) return toBase64(this.data!);
    return this.kind == ValueKind.Text ? this.asString() : this.asJson().toString();
  }

  private mismatch(expected: string): Failure {
    return new Failure(this.blame, "expected " + expected + ", found " + kindName(this.kind), "type");
  }
}

export function kindName(kind: ValueKind): string {
  switch (kind) {
    case ValueKind.Boolean: return "a boolean";
    case ValueKind.Integer: return "an integer";
    case ValueKind.Real: return "a real number";
    case ValueKind.Text: return "a text";
    case ValueKind.Bytes: return "bytes";
    case ValueKind.Json: return "JSON";
  }
  return "null";
}

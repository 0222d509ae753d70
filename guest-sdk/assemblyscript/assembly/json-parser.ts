import { parseReal } from "./decimal";
import { Failure } from "./failure";
import { JsonKind, whose } from "./json-kind";
import { Result } from "./result";

/** Deeper texts are refused: each level costs stack. */
const MAX_DEPTH: i32 = 128;

/** Reads one JSON text (RFC 8259) into a tree of `J`, which is `Json`: that knows this file, and this file not it. */
export class JsonParser<J> {
  private at: i32 = 0;
  private depth: i32 = 0;
  private problem: string | null = null;

  constructor(
    private text: string,
    private blame: u16
  ) {}

  parse(): Result<J> {
    const json = this.value();
    this.space();
    if (!this.problem && this.at < this.text.length) this.refuse("nothing may follow the value");
    const problem = this.problem;
    if (problem) return Result.failure<J>(new Failure(this.blame, whose(this.blame) + "invalid JSON: " + problem, "json"));
    return Result.success<J>(json);
  }

  /** Keeps the first problem and moves to the end, so that every loop stops. */
  private refuse(problem: string): J {
    if (!this.problem) this.problem = problem + " (at character " + (this.at + 1).toString() + ")";
    this.at = this.text.length;
    return this.make(JsonKind.Null);
  }

  private make(kind: JsonKind, bits: u64 = 0, held: string | null = null): J {
    return instantiate<J>(kind, this.blame).__tuskHolding(bits, held);
  }

  /** The unit at the place; 0 at the end. */
  private get unit(): i32 {
    return this.at < this.text.length ? load<u16>(changetype<usize>(this.text) + ((<usize>this.at) << 1)) : 0;
  }

  private space(): void {
    let unit = this.unit;
    while (unit == 0x20 || unit == 0x0a || unit == 0x0d || unit == 0x09) {
      this.at++;
      unit = this.unit;
    }
  }

  private value(): J {
    this.space();
    const unit = this.unit;
    if (unit == 0x22) return this.make(JsonKind.Text, 0, this.string());
    if (unit == 0x2d || (unit >= 0x30 && unit <= 0x39)) return this.number();
    if (unit == 0x7b || unit == 0x5b) {
      if (++this.depth > MAX_DEPTH) return this.refuse("nested deeper than " + MAX_DEPTH.toString() + " levels");
      const json = unit == 0x7b ? this.object() : this.array();
      this.depth--;
      return json;
    }
    if (this.word("true")) return this.make(JsonKind.Boolean, 1);
    if (this.word("false")) return this.make(JsonKind.Boolean);
    if (this.word("null")) return this.make(JsonKind.Null);
    return this.refuse("expected a value");
  }

  private word(word: string): bool {
    if (!this.text.startsWith(word, this.at)) return false;
    this.at += word.length;
    return true;
  }

  private array(): J {
    const json = this.make(JsonKind.Array);
    this.at++;
    this.space();
    if (this.take(0x5d)) return json;
    while (!this.problem) {
      json.push<J>(this.value());
      this.space();
      if (this.take(0x5d)) break;
      if (!this.take(0x2c)) this.refuse("expected , or ] in an array");
    }
    return json;
  }

  private object(): J {
    const json = this.make(JsonKind.Object);
    this.at++;
    this.space();
    if (this.take(0x7d)) return json;
    while (!this.problem) {
      this.space();
      if (this.unit != 0x22) return this.refuse("expected a name in quotes");
      const name = this.string();
      this.space();
      if (!this.take(0x3a)) return this.refuse("expected : after a name");
      json.set<J>(name, this.value());
      this.space();
      if (this.take(0x7d)) break;
      if (!this.take(0x2c)) this.refuse("expected , or } in an object");
    }
    return json;
  }

  private take(unit: i32): bool {
    if (this.unit != unit || this.at >= this.text.length) return false;
    this.at++;
    return true;
  }

  private digits(): bool {
    const start = this.at;
    while (this.unit >= 0x30 && this.unit <= 0x39) this.at++;
    return this.at > start;
  }

  private number(): J {
    const start = this.at;
    const negative = this.take(0x2d);
    const first = this.at;
    if (!this.digits()) return this.refuse("expected a digit");
    if (load<u16>(changetype<usize>(this.text) + ((<usize>first) << 1)) == 0x30 && this.at - first > 1) {
      return this.refuse("a number may not start with 0");
    }
    const whole = this.at;
    if (this.take(0x2e) && !this.digits()) return this.refuse("expected a digit after the point");
    if (this.unit == 0x65 || this.unit == 0x45) {
      this.at++;
      if (!this.take(0x2b)) this.take(0x2d);
      if (!this.digits()) return this.refuse("expected a digit in the exponent");
    }
    if (this.at == whole) {
      const integer = this.integer(first, whole, negative);
      if (integer) return integer;
    }
    const text = this.text.substring(start, this.at);
    const real = parseReal(text);
    if (!isFinite(real)) return this.refuse("a number is out of range");
    // An integer that 64 bits cannot hold keeps its digits.
    return this.make(JsonKind.Real, reinterpret<u64>(real), this.at == whole ? text : null);
  }

  /** Null when the digits do not fit 64 bits. */
  private integer(from: i32, to: i32, negative: bool): J | null {
    let magnitude: u64 = 0;
    for (let i = from; i < to; i++) {
      const digit = <u64>load<u16>(changetype<usize>(this.text) + ((<usize>i) << 1)) - 0x30;
      if (magnitude > (u64.MAX_VALUE - digit) / 10) return null;
      magnitude = magnitude * 10 + digit;
    }
    if (!negative) return this.make(JsonKind.Integer, magnitude).__tuskUnsigned();
    return magnitude > 0x8000000000000000 ? null : this.make(JsonKind.Integer, 0 - magnitude);
  }

  private string(): string {
    const text = this.text;
    let start = ++this.at;
    let parts = "";
    while (this.at < text.length) {
      const unit = this.unit;
      if (unit == 0x22) {
        const last = text.substring(start, this.at++);
        return parts.length ? parts + last : last;
      }
      if (unit < 0x20) break;
      if (unit == 0x5c) {
        parts += text.substring(start, this.at) + this.escaped();
        start = this.at;
      } else {
        this.at++;
      }
    }
    this.refuse(this.at < text.length ? "a control character must be escaped" : "a text does not end");
    return "";
  }

  private escaped(): string {
    this.at++;
    const unit = this.unit;
    this.at++;
    switch (unit) {
      case 0x22: return "\"";
      case 0x5c: return "\\";
      case 0x2f: return "/";
      case 0x62: return "\b";
      case 0x66: return "\f";
      case 0x6e: return "\n";
      case 0x72: return "\r";
      case 0x74: return "\t";
      case 0x75: return this.codeUnit();
    }
    this.refuse("unknown escape");
    return "";
  }

  private codeUnit(): string {
    let code = 0;
    for (let i = 0; i < 4; i++) {
      const digit = hexValue(this.unit);
      if (digit < 0) {
        this.refuse("\\u needs four hexadecimal digits");
        return "";
      }
      code = (code << 4) | digit;
      this.at++;
    }
    return String.fromCharCode(code);
  }
}

function hexValue(unit: i32): i32 {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  if (unit >= 0x41 && unit <= 0x46) return unit - 0x37;
  if (unit >= 0x61 && unit <= 0x66) return unit - 0x57;
  return -1;
}

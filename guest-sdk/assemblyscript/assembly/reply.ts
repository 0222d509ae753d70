import { lowerBytes, lowerPairs, lowerString, lowerValue } from "./abi";
import { stringify } from "./codec";
import { Failure, __tuskThrow } from "./failure";
import { Json } from "./json";
import * as layout from "./layout";
import { Value, ValueKind } from "./value";

/** What the export gives: a result, whose payload is the reply. */
const RESULT: usize = memory.data(<i32>layout.Call.SIZE, <i32>layout.Call.ALIGN);
const REPLY: usize = RESULT + layout.Call.PAYLOAD;
const BODY: usize = REPLY + layout.Reply.body;
const BODY_PAYLOAD: usize = BODY + layout.Value.PAYLOAD;
/** Where a list without elements stands: anywhere. */
const NOWHERE: usize = 4;

/** An answer with a status, headers and a body of its own. */
// @ts-ignore: decorator
@global
export class Response {
  private headers: string[][] = [];

  constructor(
    /** The HTTP status. */
    public code: u16 = 200,
    private body: Value = Value.nil()
  ) {}

  /** JSON of anything: numbers, texts, arrays, classes, `Json`. */
  static json<T>(value: T): Response {
    return new Response(200, jsonValue<T>(value));
  }

  static text(text: string): Response {
    return new Response(200, Value.text(text)).header("content-type", "text/plain; charset=utf-8");
  }

  static html(html: string): Response {
    return new Response(200, Value.text(html)).header("content-type", "text/html; charset=utf-8");
  }

  static bytes(bytes: Uint8Array, contentType: string = "application/octet-stream"): Response {
    return new Response(200, Value.bytes(bytes)).header("content-type", contentType);
  }

  /** No body: `new Response(204)` says the same. */
  static empty(status: u16 = 204): Response {
    return new Response(status);
  }

  static redirect(location: string, status: u16 = 303): Response {
    return new Response(status).header("location", location);
  }

  status(status: u16): Response {
    this.code = status;
    return this;
  }

  header(name: string, value: string): Response {
    this.headers.push([name, value]);
    return this;
  }

  __tuskReply(): usize {
    lowerValue(BODY, this.body);
    return finish(this.code, this.headers);
  }
}

/** 201 with `value` as JSON. */
// @ts-ignore: decorator
@global
export class Created<T> {
  constructor(public value: T) {}

  __tuskReply(): usize {
    lowerBody<T>(this.value);
    return finish(201, null);
  }
}

function finish(status: u16, headers: string[][] | null): usize {
  store<u8>(RESULT, 0);
  store<u16>(REPLY, status, layout.Reply.status);
  store<usize>(REPLY, headers ? lowerPairs(headers) : NOWHERE, layout.Reply.headers);
  store<u32>(REPLY, headers ? headers.length : 0, layout.Reply.headers + layout.Slice.length);
  return RESULT;
}

/** The answer of a fujsen without a result. */
// @ts-ignore: decorator
@global
export function __tuskNothing(): usize {
  store<u8>(BODY, ValueKind.Null);
  return finish(0, null);
}

/** The answer of a fujsen with a result. */
// @ts-ignore: decorator
@global
export function __tuskReply<T>(value: T): usize {
  if (isReference<T>()) {
    if (isNullable<T>()) if (value == null) return __tuskNothing();
    const reply = changetype<NonNullable<T>>(value);
    if (isDefined(reply.__tuskReply)) return reply.__tuskReply();
  }
  lowerBody<T>(value);
  return finish(0, null);
}

/** What no fujsen of this name answers. */
// @ts-ignore: decorator
@global
export function __tuskUnknown(name: string): usize {
  __tuskThrow(new Failure(500, "this module has no fujsen `" + name + "`", "no-fujsen"));
  return 0;
}

function lowerBody<T>(value: T): void {
  if (isBoolean<T>()) {
    store<u8>(BODY, ValueKind.Boolean);
    store<u8>(BODY_PAYLOAD, value ? 1 : 0);
  } else if (isInteger<T>() && (isSigned<T>() || sizeof<T>() < 8)) {
    store<u8>(BODY, ValueKind.Integer);
    store<i64>(BODY_PAYLOAD, <i64>value);
  } else if (isFloat<T>()) {
    store<u8>(BODY, ValueKind.Real);
    store<f64>(BODY_PAYLOAD, <f64>value);
  } else if (isString<T>()) {
    if (isNullable<T>()) {
      if (value == null) {
        store<u8>(BODY, ValueKind.Null);
        return;
      }
    }
    store<u8>(BODY, ValueKind.Text);
    lowerString(BODY_PAYLOAD, changetype<string>(value));
  } else {
    lowerValue(BODY, jsonValue<T>(value));
  }
}

function jsonValue<T>(value: T): Value {
  if (isReference<T>()) {
    if (isNullable<T>()) if (value == null) return Value.nil();
    if (idof<T>() == idof<Json>()) return Value.of(changetype<Json>(value));
    if (idof<T>() == idof<Value>()) return changetype<Value>(value);
    if (idof<T>() == idof<Uint8Array>()) return Value.bytes(changetype<Uint8Array>(value));
    if (idof<T>() == idof<ArrayBuffer>()) return Value.bytes(Uint8Array.wrap(changetype<ArrayBuffer>(value)));
    if (isString<T>()) return Value.text(changetype<string>(value));
    return Value.json(stringify<T>(value));
  }
  return Value.of<T>(value);
}

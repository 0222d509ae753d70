// What the generated wrapper of a fujsen decodes its arguments with.
import { liftBytes, liftString, liftValue } from "./abi";
import { Reader, create, narrow } from "./codec";
import { Failure, __tuskThrow } from "./failure";
import { isExact } from "./decimal";
import { Json } from "./json";
import { CLIENT } from "./json-kind";
import * as layout from "./layout";
import { Request, incoming } from "./request";
import { Value, ValueKind, kindName } from "./value";

// @ts-ignore: decorator
@global
export function __tuskGiven(args: usize, index: i32): bool {
  return load<u8>(args + <usize>index * layout.Value.SIZE) != ValueKind.Null;
}

// @ts-ignore: decorator
@global
export function __tuskRequest(): Request {
  const request = incoming();
  if (!request) throw new Failure(400, "this fujsen takes an HTTP request and was called without one", "request");
  return request;
}

/** The argument at `index` as `T`; one that is missing or does not fit ends the call with 400. */
// @ts-ignore: decorator
@global
export function __tuskArgument<T>(args: usize, index: i32, name: string): T {
  const at = args + <usize>index * layout.Value.SIZE;
  const kind = load<u8>(at);
  if (isBoolean<T>()) {
    if (kind != ValueKind.Boolean) refuse(name, "a boolean", kind);
    return <T>(load<u8>(at, layout.Value.PAYLOAD) != 0);
  }
  if (isInteger<T>()) {
    // An integer above those of `i64`.
    if (kind == ValueKind.Json) return create<T, Json>(liftValue(at).__tuskFrom(CLIENT).asJson(), new Reader(CLIENT), name);
    return narrow<T>(integer(at, name), new Reader(CLIENT), name);
  }
  if (isFloat<T>()) {
    if (kind == ValueKind.Integer) return <T>load<i64>(at, layout.Value.PAYLOAD);
    if (kind != ValueKind.Real) refuse(name, "a number", kind);
    return <T>load<f64>(at, layout.Value.PAYLOAD);
  }
  if (isNullable<T>()) if (kind == ValueKind.Null) return changetype<T>(0);
  return changetype<T>(reference<NonNullable<T>>(at, name));
}

function integer(at: usize, name: string): i64 {
  const kind = load<u8>(at);
  if (kind == ValueKind.Real && isExact(load<f64>(at, layout.Value.PAYLOAD))) return <i64>load<f64>(at, layout.Value.PAYLOAD);
  if (kind != ValueKind.Integer) refuse(name, "an integer", kind);
  return load<i64>(at, layout.Value.PAYLOAD);
}

function reference<T>(at: usize, name: string): T {
  const kind = load<u8>(at);
  if (isString<T>()) {
    if (kind != ValueKind.Text) refuse(name, "a text", kind);
    return changetype<T>(liftString(at + layout.Value.PAYLOAD));
  }
  if (idof<T>() == idof<Json>()) return changetype<T>(liftValue(at).__tuskFrom(CLIENT).asJson());
  if (idof<T>() == idof<Value>()) return changetype<T>(liftValue(at).__tuskFrom(CLIENT));
  if (idof<T>() == idof<Uint8Array>() || idof<T>() == idof<ArrayBuffer>()) {
    if (kind != ValueKind.Bytes && kind != ValueKind.Text) refuse(name, "bytes", kind);
    const bytes = kind == ValueKind.Bytes ? liftBytes(at + layout.Value.PAYLOAD) : liftValue(at).asBytes();
    return idof<T>() == idof<Uint8Array>() ? changetype<T>(bytes) : changetype<T>(bytes.buffer);
  }
  if (kind != ValueKind.Json) refuse(name, isArrayLike<T>() ? "an array" : "an object", kind);
  return create<T, Json>(Json.__tuskParse(liftString(at + layout.Value.PAYLOAD), CLIENT).value, new Reader(CLIENT), name);
}

function refuse(name: string, expected: string, found: ValueKind): void {
  const problem = found == ValueKind.Null ? "is missing" : "expected " + expected + ", found " + kindName(found);
  __tuskThrow(new Failure(400, "argument `" + name + "`: " + problem, "argument"));
}

import { lowerString, lowerValue } from "./abi";
import * as imports from "./imports";
import { Json } from "./json";
import { wellFormed } from "./utf16";
import { Value } from "./value";

/** Size of a tuple of name and value: name at 0, value at 8. */
const FIELD_SIZE: i32 = 24;

/** The members of an object as a list of names and values. */
export function lowerFields(fields: Json): usize {
  const length = fields.length;
  const names = fields.keys();
  const list = changetype<usize>(new ArrayBuffer(length * FIELD_SIZE));
  for (let i = 0; i < length; i++) {
    const at = list + <usize>(i * FIELD_SIZE);
    lowerString(at, names[i]);
    lowerValue(at + 8, Value.of(fields.at(i)));
  }
  return list;
}

function write(level: i32, message: string, fields: Json | null): void {
  const text = wellFormed(message);
  const list = fields ? lowerFields(fields) : 8;
  imports.logWrite(level, changetype<usize>(text), text.length, list, fields && fields.isObject ? fields.length : 0);
}

/** Structured log lines: `log.info("user created", Json.object().set("id", id))`. */
// @ts-ignore: decorator
@global
export namespace log {
  export function debug(message: string, fields: Json | null = null): void { write(0, message, fields); }
  export function info(message: string, fields: Json | null = null): void { write(1, message, fields); }
  export function warn(message: string, fields: Json | null = null): void { write(2, message, fields); }
  export function error(message: string, fields: Json | null = null): void { write(3, message, fields); }
}

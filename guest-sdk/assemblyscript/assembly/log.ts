import { lowerString, lowerValue } from "./abi";
import * as imports from "./imports";
import { Json } from "./json";
import * as layout from "./layout";
import { LogLevel } from "./layout";
import { wellFormed } from "./utf16";
import { Value } from "./value";

/** The members of an object as a list of names and values. */
export function lowerFields(fields: Json): usize {
  const length = fields.length;
  const names = fields.keys();
  const list = changetype<usize>(new ArrayBuffer(length * <i32>layout.TupleStringValue.SIZE));
  for (let i = 0, at = list; i < length; i++, at += layout.TupleStringValue.SIZE) {
    lowerString(at + layout.TupleStringValue.first, names[i]);
    lowerValue(at + layout.TupleStringValue.second, Value.of(fields.at(i)));
  }
  return list;
}

function write(level: LogLevel, message: string, fields: Json | null): void {
  const text = wellFormed(message);
  const list = fields ? lowerFields(fields) : 8;
  imports.logWrite(level, changetype<usize>(text), text.length, list, fields && fields.isObject ? fields.length : 0);
}

/** Structured log lines: `log.info("user created", Json.object().set("id", id))`. */
// @ts-ignore: decorator
@global
export namespace log {
  export function debug(message: string, fields: Json | null = null): void { write(LogLevel.Debug, message, fields); }
  export function info(message: string, fields: Json | null = null): void { write(LogLevel.Info, message, fields); }
  export function warn(message: string, fields: Json | null = null): void { write(LogLevel.Warn, message, fields); }
  export function error(message: string, fields: Json | null = null): void { write(LogLevel.Error, message, fields); }
}

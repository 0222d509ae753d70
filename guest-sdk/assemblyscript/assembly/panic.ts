import * as imports from "./imports";
import { wellFormed } from "./utf16";

/** Where the fujsen stands that runs. */
let ownFile: string = "";
let ownLine: u32 = 0;
let ownColumn: u32 = 0;

/** Notes where the fujsen stands that begins. */
// @ts-ignore: decorator
@global
export function __tuskEnter(file: string, line: u32, column: u32): void {
  ownFile = file;
  ownLine = line;
  ownColumn = column;
}

/** Where the compiler sends `abort`: failed assertions, `throw new Error`, indexes out of range. */
export function panic(message: string | null, file: string | null, line: u32, column: u32): void {
  const text = wellFormed(message ? message : "aborted");
  let name = wellFormed(file ? file : "");
  // A place inside of the standard library helps nobody.
  if (name.startsWith("~lib/") && ownFile.length) {
    name = ownFile;
    line = ownLine;
    column = ownColumn;
  }
  imports.fujsenPanic(changetype<usize>(text), text.length, changetype<usize>(name), name.length, line, column);
  unreachable();
}

/** Where the compiler takes the seed of `Math.random` from. Not for secrets. */
export function seed(): f64 {
  return reinterpret<f64>((imports.timeNow() * 0x9e3779b97f4a7c15) ^ imports.timeMonotonic());
}

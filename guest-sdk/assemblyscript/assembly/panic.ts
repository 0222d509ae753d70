import * as imports from "./imports";
import { wellFormed } from "./utf16";

/** Where the compiler sends `abort`: failed assertions, `throw new Error`, indexes out of range. */
export function panic(message: string | null, file: string | null, line: u32, column: u32): void {
  const text = wellFormed(message ? message : "aborted");
  const name = wellFormed(file ? file : "");
  imports.fujsenPanic(changetype<usize>(text), text.length, changetype<usize>(name), name.length, line, column);
  unreachable();
}

/** Where the compiler takes the seed of `Math.random` from. Not for secrets. */
export function seed(): f64 {
  return reinterpret<f64>((imports.timeNow() * 0x9e3779b97f4a7c15) ^ imports.timeMonotonic());
}

import { RETURN, liftFailure, liftString } from "./abi";
import * as imports from "./imports";
import * as layout from "./layout";
import { Result } from "./result";
import { wellFormed } from "./utf16";

/** Clocks. */
// @ts-ignore: decorator
@global
export namespace time {
  /** Milliseconds since the Unix epoch. */
  export function now(): i64 { return imports.timeNow(); }

  /** Nanoseconds since some fixed point; never goes back. */
  export function monotonic(): i64 { return imports.timeMonotonic(); }

  /** `timestamp` (milliseconds since the Unix epoch) in UTC by a strftime pattern such as `%Y-%m-%dT%H:%M:%SZ`. */
  export function format(timestamp: i64, pattern: string): string { return tryFormat(timestamp, pattern).value; }

  export function tryFormat(timestamp: i64, pattern: string): Result<string> {
    const text = wellFormed(pattern);
    imports.timeFormat(timestamp, changetype<usize>(text), text.length, RETURN);
    if (load<u8>(RETURN)) return Result.failure<string>(liftFailure(RETURN + layout.Payload.timeFormat));
    return Result.success<string>(liftString(RETURN + layout.Payload.timeFormat));
  }

  /** Waits, within what is left of the call's time. */
  export function sleep(milliseconds: u32): void { imports.timeSleep(milliseconds); }
}

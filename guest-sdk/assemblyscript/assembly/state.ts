import { RETURN, liftFailure, liftValue, lowerValue } from "./abi";
import { Failure, __tuskThrow } from "./failure";
import * as imports from "./imports";
import * as layout from "./layout";
import { Result } from "./result";
import { wellFormed } from "./utf16";
import { Value, ValueKind } from "./value";

const FLAT: usize = memory.data(<i32>layout.Value.SIZE, <i32>layout.Results.ALIGN);

/** A value in the three words that imports take it in: its tag, then pointer and length, or its bits. */
class Flat {
  tag: i32;
  word: i64;
  length: i32 = 0;

  constructor(value: Value) {
    lowerValue(FLAT, value);
    this.tag = load<u8>(FLAT);
    if (value.kind >= ValueKind.Text) {
      this.word = load<u32>(FLAT, layout.Value.PAYLOAD);
      this.length = load<i32>(FLAT, layout.Value.PAYLOAD + 4);
    } else this.word = value.bits;
  }
}

/** What the host answers, whose payload is at `payload`. */
function flag(payload: usize): Result<bool> {
  if (load<u8>(RETURN)) return Result.failure<bool>(liftFailure(RETURN + payload));
  return Result.success<bool>(load<u8>(RETURN + payload) != 0);
}

/**
 * What the service keeps between its calls: values by key, over swaps and restarts, in a SQLite file beside the TSK file
 * or on the server that `url` of `[state]` names.
 *
 * A key holds 512 bytes at most, a value 256 KiB. Lifetimes are in milliseconds; 0 lets a value stay until it is deleted.
 * What has expired is never seen again. A failure ends the call; the functions with `try` give it instead.
 */
// @ts-ignore: decorator
@global
export namespace state {
  /** The value of a key; a null one (`isNull`) when there is none. */
  export function get(key: string): Value { return tryGet(key).value; }

  export function tryGet(key: string): Result<Value> {
    const name = wellFormed(key);
    imports.stateGet(changetype<usize>(name), name.length, RETURN);
    if (load<u8>(RETURN)) return Result.failure<Value>(liftFailure(RETURN + layout.Payload.stateGet));
    return Result.success<Value>(liftValue(RETURN + layout.Payload.stateGet));
  }

  /** Sets a value: a number, a boolean, a text, bytes, `Json`, a `Value`, or what can be JSON. A null one deletes. */
  export function set<T>(key: string, value: T, lifetime: i64 = 0): void { trySet<T>(key, value, lifetime).value; }

  export function trySet<T>(key: string, value: T, lifetime: i64 = 0): Result<bool> {
    const name = wellFormed(key), flat = new Flat(Value.of<T>(value));
    imports.stateSet(
      changetype<usize>(name), name.length, flat.tag, flat.word, flat.length, i32(lifetime != 0), lifetime, RETURN
    );
    if (load<u8>(RETURN)) return Result.failure<bool>(liftFailure(RETURN + layout.Payload.stateSet));
    return Result.success<bool>(true);
  }

  /** Whether there was a value. */
  export function delete(key: string): bool { return tryDelete(key).value; }

  export function tryDelete(key: string): Result<bool> {
    const name = wellFormed(key);
    imports.stateDelete(changetype<usize>(name), name.length, RETURN);
    return flag(layout.Payload.stateDelete);
  }

  /**
   * Adds to an integer, at once for all callers, and gives the sum; a key without a value counts as 0. A lifetime counts
   * where the counter begins: it then disappears at its time however often it is incremented till then.
   */
  export function increment(key: string, by: i64 = 1, lifetime: i64 = 0): i64 { return tryIncrement(key, by, lifetime).value; }

  export function tryIncrement(key: string, by: i64 = 1, lifetime: i64 = 0): Result<i64> {
    const name = wellFormed(key);
    imports.stateIncrement(changetype<usize>(name), name.length, by, i32(lifetime != 0), lifetime, RETURN);
    if (load<u8>(RETURN)) return Result.failure<i64>(liftFailure(RETURN + layout.Payload.stateIncrement));
    return Result.success<i64>(load<i64>(RETURN, layout.Payload.stateIncrement));
  }

  /**
   * Sets `value` if the key's value equals `expected`, at once for all callers; whether it did. `Value.nil()` stands for no
   * value on either side. An integer never equals a text or a real; JSON is compared as data.
   */
  export function compareAndSet<E, T>(key: string, expected: E, value: T, lifetime: i64 = 0): bool {
    return tryCompareAndSet<E, T>(key, expected, value, lifetime).value;
  }

  export function tryCompareAndSet<E, T>(key: string, expected: E, value: T, lifetime: i64 = 0): Result<bool> {
    const name = wellFormed(key), before = new Flat(Value.of<E>(expected)), after = new Flat(Value.of<T>(value));
    imports.stateCompareAndSet(
      changetype<usize>(name), name.length, before.tag, before.word, before.length,
      after.tag, after.word, after.length, i32(lifetime != 0), lifetime, RETURN
    );
    return flag(layout.Payload.stateCompareAndSet);
  }

  /** Lets a value disappear after `lifetime` milliseconds from now on; 0 lets it stay. Whether there was a value. */
  export function expire(key: string, lifetime: i64): bool { return tryExpire(key, lifetime).value; }

  export function tryExpire(key: string, lifetime: i64): Result<bool> {
    const name = wellFormed(key);
    imports.stateExpire(changetype<usize>(name), name.length, i32(lifetime != 0), lifetime, RETURN);
    return flag(layout.Payload.stateExpire);
  }

  /** Milliseconds that are left; -1 for a value without an end and for no value. */
  export function expiresIn(key: string): i64 { return tryExpiresIn(key).value; }

  export function tryExpiresIn(key: string): Result<i64> {
    const name = wellFormed(key);
    imports.stateExpiresIn(changetype<usize>(name), name.length, RETURN);
    const payload = RETURN + layout.Payload.stateExpiresIn;
    if (load<u8>(RETURN)) return Result.failure<i64>(liftFailure(payload));
    return Result.success<i64>(load<u8>(payload) ? load<i64>(payload, layout.OptionU64.PAYLOAD) : -1);
  }
}

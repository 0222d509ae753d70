import { Failure, __tuskThrow } from "./failure";

/** A value of any type behind a reference: one that may be null needs no value before it has one. */
class Held<T> {
  constructor(readonly value: T) {}
}

/** What the `try…` functions give: a value, or why there is none. */
// @ts-ignore: decorator
@global
export class Result<T> {
  private held: Held<T> | null = null;

  /** The failure; null when all went well. */
  error: Failure | null = null;

  static success<T>(value: T): Result<T> {
    const result = new Result<T>();
    result.held = new Held<T>(value);
    return result;
  }

  static failure<T>(failure: Failure): Result<T> {
    const result = new Result<T>();
    result.error = failure;
    return result;
  }

  /** Whether there is a value. */
  get ok(): bool {
    return this.error == null;
  }

  /** The value. Ends the call with the failure when there is none. */
  get value(): T {
    const error = this.error;
    if (error) __tuskThrow(error);
    return this.held!.value;
  }

  /** The value, or `fallback` when there is none. */
  or(fallback: T): T {
    const held = this.held;
    return held ? held.value : fallback;
  }
}

import * as imports from "./imports";
import { wellFormed } from "./utf16";

/**
 * Why something failed. `throw` it to end the call: the client gets `status` and `message`, but for a status of
 * exactly 500 the message goes to the log only.
 */
// @ts-ignore: decorator
@global
export class Failure {
  constructor(
    /** The HTTP status that the failure amounts to. */
    public status: u16,
    public message: string,
    /** A stable, lower-case word to match on, such as `busy` or `not-found`. */
    public code: string = "failed"
  ) {}

  toString(): string {
    return this.status.toString() + " " + this.code + ": " + this.message;
  }
}

/** Ends the call with a failure, from any depth. What `throw` of a `Failure` compiles to. */
// @ts-ignore: decorator
@global
export function __tuskThrow(failure: Failure): void {
  const code = wellFormed(failure.code);
  const message = wellFormed(failure.message);
  imports.fujsenFail(failure.status, changetype<usize>(code), code.length, changetype<usize>(message), message.length);
  unreachable();
}

/** Ends the call: the client gets `status` and `message`. Does not return. */
// @ts-ignore: decorator
@global
export function fail(status: u16, message: string, code: string = "failed"): void {
  __tuskThrow(new Failure(status, message, code));
}

/** `throw badRequest("…")`: 400. */
// @ts-ignore: decorator
@global
export function badRequest(message: string): Failure {
  return new Failure(400, message, "bad-request");
}

/** `throw unauthorized("…")`: 401. */
// @ts-ignore: decorator
@global
export function unauthorized(message: string): Failure {
  return new Failure(401, message, "unauthorized");
}

/** `throw forbidden("…")`: 403. */
// @ts-ignore: decorator
@global
export function forbidden(message: string): Failure {
  return new Failure(403, message, "forbidden");
}

/** `throw notFound("…")`: 404. */
// @ts-ignore: decorator
@global
export function notFound(message: string): Failure {
  return new Failure(404, message, "not-found");
}

/** `throw conflict("…")`: 409. */
// @ts-ignore: decorator
@global
export function conflict(message: string): Failure {
  return new Failure(409, message, "conflict");
}

/** `throw internal("…")`: 500; the message goes to the log only. */
// @ts-ignore: decorator
@global
export function internal(message: string): Failure {
  return new Failure(500, message, "internal");
}

/** `throw unavailable("…")`: 503. */
// @ts-ignore: decorator
@global
export function unavailable(message: string): Failure {
  return new Failure(503, message, "unavailable");
}

import { Error, isInteger, put } from "./primordials.js";

let isOne;

/**
 * Why something failed. Thrown from a fujsen, the client gets `status` and `message`; the message of a status of exactly
 * 500 goes to the log only. What the host refuses is thrown as one, too.
 */
export class HttpError extends Error {
  #isOne;
  status = 500;
  code = "failed";

  constructor(status, message, code = "failed", options = undefined) {
    super(message, options);
    put(this, "name", new.target.name, false);
    if (isInteger(status) && status >= 400 && status < 600) this.status = status;
    this.code = `${code}`;
  }

  static {
    isOne = (value) => typeof value === "object" && value !== null && #isOne in value;
  }
}

/** Whether a value was made by the constructor of `HttpError`, whatever its prototype is by now. */
export const isHttpError = isOne;

/** Ends the call: the client gets `status` and `message`. */
export function fail(status, message, code) {
  throw new HttpError(status, message, code);
}

export const badRequest = (message, code = "bad-request") => new HttpError(400, message, code);
export const unauthorized = (message, code = "unauthorized") => new HttpError(401, message, code);
export const forbidden = (message, code = "forbidden") => new HttpError(403, message, code);
export const notFound = (message, code = "not-found") => new HttpError(404, message, code);
export const conflict = (message, code = "conflict") => new HttpError(409, message, code);
export const unprocessable = (message, code = "unprocessable") => new HttpError(422, message, code);
export const tooManyRequests = (message, code = "too-many-requests") => new HttpError(429, message, code);
export const internalError = (message, code = "internal") => new HttpError(500, message, code);
export const badGateway = (message, code = "bad-gateway") => new HttpError(502, message, code);
export const unavailable = (message, code = "unavailable") => new HttpError(503, message, code);
export const gatewayTimeout = (message, code = "timeout") => new HttpError(504, message, code);

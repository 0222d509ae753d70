import { RETURN, liftBytes, liftPairs, liftString } from "./abi";
import * as imports from "./imports";
import { Failure } from "./failure";
import { Json } from "./json";
import { CLIENT } from "./json-kind";
import * as layout from "./layout";
import { Result } from "./result";
import { brokenAt, decode } from "./utf8";

/** The HTTP request that a call serves. */
// @ts-ignore: decorator
@global
export class Request {
  constructor(
    readonly method: string,
    readonly path: string,
    /** Path parameters: names and values. */
    readonly parameters: string[][],
    /** Query parameters in order: names and values. */
    readonly queries: string[][],
    /** Headers: names and values. */
    readonly headers: string[][],
    readonly body: Uint8Array,
    /**
     * The service that sent it; null where no token and no certificate proves who it is. Unlike the header
     * `x-service-name`, which anybody can write.
     */
    readonly service: string | null = null
  ) {}

  /** A path parameter; null when the route has none of this name. */
  parameter(name: string): string | null { return find(this.parameters, name); }

  /** The first query parameter of this name. */
  query(name: string): string | null { return find(this.queries, name); }

  /** A header, whatever the case of its name. */
  header(name: string): string | null { return findHeader(this.headers, name); }

  /** The body as text. Ends the call with 400 when it is not UTF-8. */
  text(): string { return this.tryText().value; }

  tryText(): Result<string> {
    const broken = brokenAt(this.body);
    if (broken < 0) return Result.success<string>(decode(this.body));
    return Result.failure<string>(new Failure(CLIENT, "the body is not UTF-8 (at byte " + (broken + 1).toString() + ")", "bad-request"));
  }

  /** The body as JSON. Ends the call with 400 when it is none, and where it is read as another type than it has. */
  json(): Json { return this.tryJson().value; }

  tryJson(): Result<Json> {
    const text = this.tryText();
    const error = text.error;
    return error ? Result.failure<Json>(error) : Json.__tuskParse(text.value, CLIENT);
  }
}

/** The request that this call serves; null when no HTTP request started it. */
export function incoming(): Request | null {
  imports.httpIncoming(RETURN);
  if (!load<u8>(RETURN)) return null;
  const at = RETURN + layout.Payload.httpIncoming, service = at + layout.HttpIncomingRequest.service;
  return new Request(
    liftString(at + layout.HttpIncomingRequest.method), liftString(at + layout.HttpIncomingRequest.path),
    liftPairs(at + layout.HttpIncomingRequest.parameters), liftPairs(at + layout.HttpIncomingRequest.query),
    liftPairs(at + layout.HttpIncomingRequest.headers), liftBytes(at + layout.HttpIncomingRequest.body),
    load<u8>(service) ? liftString(service + layout.OptionString.PAYLOAD) : null
  );
}

export function find(pairs: string[][], name: string): string | null {
  for (let i = 0; i < pairs.length; i++) if (pairs[i][0] == name) return pairs[i][1];
  return null;
}

export function findHeader(pairs: string[][], name: string): string | null {
  const lower = name.toLowerCase();
  for (let i = 0; i < pairs.length; i++) if (pairs[i][0].toLowerCase() == lower) return pairs[i][1];
  return null;
}

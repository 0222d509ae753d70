import { RETURN, liftBytes, liftPairs, liftString } from "./abi";
import * as imports from "./imports";
import { Json } from "./json";

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

  /** The body as UTF-8 text. */
  text(): string { return decode(this.body); }

  /** The body as JSON. Ends the call with 400 when it is none. */
  json(): Json { return Json.parse(this.text()); }
}

/** The request that this call serves; null when no HTTP request started it. */
export function incoming(): Request | null {
  imports.httpIncoming(RETURN);
  if (!load<u8>(RETURN)) return null;
  return new Request(
    liftString(RETURN + 4), liftString(RETURN + 12), liftPairs(RETURN + 20), liftPairs(RETURN + 28), liftPairs(RETURN + 36),
    liftBytes(RETURN + 44), load<u8>(RETURN + 52) ? liftString(RETURN + 56) : null
  );
}

export function decode(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
}

export function encode(text: string): Uint8Array {
  return text.length ? Uint8Array.wrap(String.UTF8.encode(text)) : new Uint8Array(0);
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

import { RETURN, liftBytes, liftFailure, liftPairs, liftString, lowerPairs } from "./abi";
import { stringify } from "./codec";
import { Failure } from "./failure";
import * as imports from "./imports";
import { Json } from "./json";
import { SERVER, whose } from "./json-kind";
import * as layout from "./layout";
import { Request, findHeader, incoming as incomingRequest } from "./request";
import { Result } from "./result";
import { wellFormed } from "./utf16";
import { brokenAt, decode, encode } from "./utf8";

/** What another server answered. */
// @ts-ignore: decorator
@global
export class HttpResponse {
  constructor(
    readonly status: u16,
    /** Names and values. */
    readonly headers: string[][],
    readonly body: Uint8Array,
    /** The URL that answered, after redirects. */
    readonly url: string,
    /** From sending to the last byte of the body, in milliseconds. */
    readonly elapsed: f64
  ) {}

  /** Whether the status is 200 to 299. */
  get ok(): bool { return this.status >= 200 && this.status < 300; }

  /** A header, whatever the case of its name. */
  header(name: string): string | null { return findHeader(this.headers, name); }

  /** The body as text. Ends the call with 502 when it is not UTF-8. */
  text(): string { return this.tryText().value; }

  tryText(): Result<string> {
    const broken = brokenAt(this.body);
    if (broken < 0) return Result.success<string>(decode(this.body));
    return Result.failure<string>(new Failure(SERVER, whose(SERVER) + "it is not UTF-8 (at byte " + (broken + 1).toString() + ")", "bad-gateway"));
  }

  /** The response itself when its status is 200 to 299. Ends the call with a failure of status 502 when it is not. */
  check(): HttpResponse { return this.tryCheck().value; }

  tryCheck(): Result<HttpResponse> {
    if (this.ok) return Result.success<HttpResponse>(this);
    const message = shown(this.url) + " answered status " + this.status.toString();
    return Result.failure<HttpResponse>(new Failure(502, message, "bad-gateway"));
  }

  /** The body as JSON. Ends the call with 502 when it is none, and where it is read as another type than it has. */
  json(): Json { return this.tryJson().value; }

  tryJson(): Result<Json> {
    const text = this.tryText();
    const error = text.error;
    return error ? Result.failure<Json>(error) : Json.__tuskParse(text.value, SERVER);
  }
}

/** A URL for messages: queries and user names hold keys, and a failure is told to others. */
function shown(url: string): string {
  let end = url.length;
  for (let at = 0; at < end; at++) {
    const unit = url.charCodeAt(at);
    if (unit == 0x3f || unit == 0x23) end = at;
  }
  const start = url.indexOf("://") + 3;
  let path = url.indexOf("/", start);
  if (path < 0 || path > end) path = end;
  const user = url.substring(start, path).lastIndexOf("@");
  return url.substring(0, start) + url.substring(start + user + 1, end);
}

/** A request to build and send: `http.request("POST", url).header("x-key", key).json(body).send()`. */
// @ts-ignore: decorator
@global
export class HttpRequest {
  private headers: string[][] = [];
  private content: Uint8Array | null = null;
  private milliseconds: i32 = -1;
  private hops: u8 = 5;

  constructor(
    private method: string,
    private url: string
  ) {}

  header(name: string, value: string): HttpRequest {
    this.headers.push([name, value]);
    return this;
  }

  /** JSON of anything: numbers, texts, arrays, classes, `Json`. */
  json<T>(value: T): HttpRequest {
    this.content = encode(stringify<T>(value));
    return this.header("content-type", "application/json");
  }

  text(text: string): HttpRequest {
    this.content = encode(text);
    return this.header("content-type", "text/plain; charset=utf-8");
  }

  /** Sends the bytes as they are; add a `content-type` header. */
  bytes(bytes: Uint8Array): HttpRequest {
    this.content = bytes;
    return this;
  }

  /** Total time, capped by what is left of the call's own. Without it: 10 s. */
  timeout(milliseconds: i32): HttpRequest {
    this.milliseconds = max(milliseconds, 0);
    return this;
  }

  /** How many redirects to follow. Without it: 5. */
  redirects(count: u8): HttpRequest {
    this.hops = count;
    return this;
  }

  /** Sends it. Ends the call with a failure when no answer comes; an answer with an error status is an answer. */
  send(): HttpResponse { return this.trySend().value; }

  trySend(): Result<HttpResponse> {
    const method = wellFormed(this.method), url = wellFormed(this.url), content = this.content;
    imports.httpSend(
      changetype<usize>(method), method.length, changetype<usize>(url), url.length,
      lowerPairs(this.headers), this.headers.length,
      content ? 1 : 0, content ? content.dataStart : 0, content ? content.byteLength : 0,
      this.milliseconds < 0 ? 0 : 1, max(this.milliseconds, 0), this.hops, RETURN
    );
    const payload = RETURN + layout.Payload.httpSend;
    if (load<u8>(RETURN)) return Result.failure<HttpResponse>(liftFailure(payload));
    return Result.success<HttpResponse>(new HttpResponse(
      load<u16>(payload, layout.HttpResponse.status), liftPairs(payload + layout.HttpResponse.headers),
      liftBytes(payload + layout.HttpResponse.body), liftString(payload + layout.HttpResponse.url),
      <f64>load<u64>(payload, layout.HttpResponse.elapsedUs) / 1000.0
    ));
  }
}

/** Requests to the origins that the file names, and the request being served. Bodies are sent as JSON. */
// @ts-ignore: decorator
@global
export abstract class http {
  static request(method: string, url: string): HttpRequest { return new HttpRequest(method, url); }

  static get(url: string): HttpResponse { return new HttpRequest("GET", url).send(); }
  static post<T>(url: string, body: T): HttpResponse { return new HttpRequest("POST", url).json<T>(body).send(); }
  static put<T>(url: string, body: T): HttpResponse { return new HttpRequest("PUT", url).json<T>(body).send(); }
  static patch<T>(url: string, body: T): HttpResponse { return new HttpRequest("PATCH", url).json<T>(body).send(); }
  static delete(url: string): HttpResponse { return new HttpRequest("DELETE", url).send(); }

  static tryGet(url: string): Result<HttpResponse> { return new HttpRequest("GET", url).trySend(); }
  static tryPost<T>(url: string, body: T): Result<HttpResponse> { return new HttpRequest("POST", url).json<T>(body).trySend(); }
  static tryPut<T>(url: string, body: T): Result<HttpResponse> { return new HttpRequest("PUT", url).json<T>(body).trySend(); }
  static tryPatch<T>(url: string, body: T): Result<HttpResponse> { return new HttpRequest("PATCH", url).json<T>(body).trySend(); }
  static tryDelete(url: string): Result<HttpResponse> { return new HttpRequest("DELETE", url).trySend(); }

  /** The request that this call serves; null when no HTTP request started it. */
  static incoming(): Request | null { return incomingRequest(); }
}

import { SERVER, jsonOf, textOf } from "./body.js";
import { viewOf } from "./bytes.js";
import { send } from "./fetch.js";
import { Headers, headersOf } from "./headers.js";
import { stringify } from "./json.js";
import { URLSearchParams } from "./params.js";
import { TypeError } from "./primordials.js";
import { Request, incoming } from "./request.js";
import { badAnswer } from "./response.js";

let read;

/** What another server answered, all of it at once: unlike those of a `Response`, its methods wait for nothing. */
export class HttpResponse {
  #answer;
  #headers = undefined;

  constructor(answer) { this.#answer = answer; }

  get status() { return this.#answer.status; }
  get ok() { return this.status >= 200 && this.status < 300; }
  get headers() { return this.#headers ??= headersOf(this.#answer.headers); }
  get url() { return this.#answer.url; }
  get elapsed() { return this.#answer.elapsedMs; }
  get body() { return this.#answer.body; }

  text() { return textOf(this.#answer.body, SERVER); }
  json() { return jsonOf(this.#answer.body, SERVER); }

  check() {
    if (!this.ok) throw badAnswer(this.url, this.status);
    return this;
  }

  static {
    read = (value) => (typeof value === "object" && value !== null && #answer in value ? value.#answer : undefined);
  }
}

/** What the host has received, of an HttpResponse; undefined for anything else. */
export const answerOf = read;

/** Text, bytes and forms are sent as they are, anything else as JSON. */
function withBody(body, options) {
  if (body === undefined) return options;
  const isPlain = typeof body === "string" || body instanceof URLSearchParams || viewOf(body) !== undefined;
  return isPlain ? { ...options, body } : { ...options, json: body };
}

/** The request that options describe. */
function requestOf(method, url, options) {
  const { json, bearer, headers: given, ...init } = options ?? {};
  const headers = new Headers(given);
  if (bearer !== undefined) headers.set("authorization", `Bearer ${bearer}`);
  if (json !== undefined) {
    init.body = stringify(json);
    if (init.body === undefined) throw new TypeError(`a ${typeof json} cannot be JSON`);
    if (!headers.has("content-type")) headers.set("content-type", "application/json");
  }
  return new Request(url, { ...init, method, headers });
}

const request = (method, url, options = {}) => new HttpResponse(send(requestOf(method, url, options), options?.redirects));

/** Requests to the origins that the file names, without promises. */
export const http = {
  request,
  get: (url, options = {}) => request("GET", url, options),
  head: (url, options = {}) => request("HEAD", url, options),
  delete: (url, options = {}) => request("DELETE", url, options),
  post: (url, body = undefined, options = {}) => request("POST", url, withBody(body, options)),
  put: (url, body = undefined, options = {}) => request("PUT", url, withBody(body, options)),
  patch: (url, body = undefined, options = {}) => request("PATCH", url, withBody(body, options)),
  incoming
};

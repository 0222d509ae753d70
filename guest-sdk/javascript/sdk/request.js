import { httpIncoming } from "tusk:host";
import { Body, CLIENT, OWN, bodyOf, contentOf, setContent } from "./body.js";
import { HttpError } from "./errors.js";
import { Headers, headersOf } from "./headers.js";
import { URLSearchParams } from "./params.js";
import { TypeError, matches, put, toUpperCase } from "./primordials.js";
import { URL } from "./url.js";

const TOKEN = {};

/** An HTTP request: one that a fujsen serves, or one for `fetch`. */
export class Request extends Body {
  #method = "GET";
  /** Made when they are asked for. */
  #url; #path; #query; #headers;
  #parameters = {};
  #service = null;
  #redirect = "follow";
  #signal = null;
  #timeout;
  /** As the host gives it. */
  #incoming = null;

  constructor(input, init = undefined, token = undefined) {
    super();
    if (token !== TOKEN) this.#make(input, init ?? {});
    else if (input instanceof Request) this.#copy(input);
    else this.#serve(input);
  }

  get method() { return this.#method; }
  get url() { return this.#url ??= urlOf(this.#path, `${this.query}`, this.headers.get("host")); }
  get path() { return this.#path ??= new URL(this.#url).pathname; }
  get parameters() { return this.#parameters; }
  get query() { return this.#query ??= new URLSearchParams(this.#incoming ? this.#incoming.query : new URL(this.#url).search); }
  get headers() { return this.#headers ??= headersOf(this.#incoming.headers); }
  get service() { return this.#service; }
  get redirect() { return this.#redirect; }
  get signal() { return this.#signal; }
  get timeout() { return this.#timeout; }

  clone() { return new Request(this, undefined, TOKEN); }

  #serve(incoming) {
    this.#incoming = incoming;
    this.#method = incoming.method;
    this.#path = incoming.path;
    this.#service = incoming.service ?? null;
    for (let i = 0; i < incoming.parameters.length; i++) put(this.#parameters, incoming.parameters[i][0], incoming.parameters[i][1]);
    setContent(this, incoming.body, CLIENT);
  }

  #make(input, init) {
    if (input instanceof Request) this.#copy(input);
    else this.#url = new URL(input).href;
    if (init.method !== undefined) this.#method = toUpperCase(`${init.method}`);
    if (init.headers !== undefined || !this.#headers) this.#headers = new Headers(init.headers);
    this.#redirect = redirectOf(init.redirect ?? this.#redirect);
    this.#timeout = init.timeout ?? this.#timeout;
    if (init.signal !== undefined) this.#signal = init.signal;
    if (init.body !== undefined && init.body !== null) this.#fill(init.body);
    if ((this.#method === "GET" || this.#method === "HEAD") && contentOf(this).length > 0) {
      throw new TypeError(`a request of ${this.#method} has no body`);
    }
  }

  #copy(other) {
    this.#url = other.url;
    this.#method = other.#method;
    this.#headers = new Headers(other.headers);
    this.#redirect = other.#redirect;
    this.#signal = other.#signal;
    this.#timeout = other.#timeout;
    this.#parameters = other.#parameters;
    this.#service = other.#service;
    setContent(this, contentOf(other), other.#incoming ? CLIENT : OWN);
  }

  #fill(body) {
    const { content, type } = bodyOf(body);
    setContent(this, content, OWN);
    if (type !== undefined && !this.#headers.has("content-type")) this.#headers.set("content-type", type);
  }
}

function redirectOf(value) {
  if (value === "follow" || value === "manual" || value === "error") return value;
  throw new TypeError("redirect is \"follow\", \"manual\" or \"error\"");
}

/** The URL that a client has asked for, as far as its `host` header says it. */
function urlOf(path, query, host) {
  const rest = query === "" ? path : `${path}?${query}`;
  const isHost = host !== null && matches(/^[\w.:[\]-]+$/, host);
  return (isHost && URL.parse(`http://${host}${rest}`) || new URL(`http://localhost${rest}`)).href;
}

/** The request that this call serves; null when no HTTP request started it. */
export function incoming() {
  const request = httpIncoming();
  return request ? new Request(request, undefined, TOKEN) : null;
}

/** As `incoming`, for a parameter that takes it. */
export function request() {
  const found = incoming();
  if (!found) throw new HttpError(400, "this fujsen takes an HTTP request and was called without one", "request");
  return found;
}

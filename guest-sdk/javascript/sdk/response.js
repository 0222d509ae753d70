import { Body, OWN, SERVER, bodyOf, contentOf, setContent, shownUrl } from "./body.js";
import { badGateway } from "./errors.js";
import { Headers, headersOf } from "./headers.js";
import { stringify } from "./json.js";
import { TypeError, isInteger } from "./primordials.js";
import { URL } from "./url.js";

const BODILESS = { __proto__: null, 204: true, 205: true, 304: true };

let receive, isOne;

/** An HTTP response: the answer of a fujsen, or what a server has answered. */
export class Response extends Body {
  #status; #statusText; #headers;
  #url = "";
  #redirected = false;
  #elapsed = 0;

  constructor(body = null, init = {}) {
    super();
    const { status = 200, statusText = "", headers = undefined } = init ?? {};
    if (!isInteger(status) || status < 200 || status > 599) throw new RangeError(`the status of a Response is 200 to 599, not ${status}`);
    const { content, type } = bodyOf(body);
    if (BODILESS[status] && content.length > 0) throw new TypeError(`a Response of status ${status} has no body`);
    setContent(this, content, OWN);
    this.#status = status;
    this.#statusText = `${statusText}`;
    this.#headers = new Headers(headers);
    if (type !== undefined && !this.#headers.has("content-type")) this.#headers.set("content-type", type);
  }

  /** JSON of anything. */
  static json(value, init = {}) { return json(value, init); }

  static redirect(url, status = 302) { return redirect(url, status); }

  get status() { return this.#status; }
  get statusText() { return this.#statusText; }
  get ok() { return this.#status >= 200 && this.#status < 300; }
  get headers() { return this.#headers; }
  get url() { return this.#url; }
  get redirected() { return this.#redirected; }
  get type() { return "default"; }
  get elapsed() { return this.#elapsed; }

  /** The response itself when its status is 200 to 299; throws an HttpError of status 502 when it is not. */
  check() {
    if (!this.ok) throw badAnswer(this.#url, this.#status);
    return this;
  }

  clone() {
    const copy = new Response(null, { status: this.#status, statusText: this.#statusText, headers: this.#headers });
    setContent(copy, contentOf(this), this.#url === "" ? OWN : SERVER);
    copy.#url = this.#url;
    copy.#redirected = this.#redirected;
    copy.#elapsed = this.#elapsed;
    return copy;
  }

  static {
    receive = (answer, asked) => {
      const response = new Response();
      response.#status = answer.status;
      response.#headers = headersOf(answer.headers);
      response.#url = answer.url;
      response.#redirected = answer.url !== asked;
      response.#elapsed = answer.elapsedMs;
      setContent(response, answer.body, SERVER);
      return response;
    };
    isOne = (value) => typeof value === "object" && value !== null && #headers in value;
  }
}

/** What the host has received, as a response to a request for the URL `asked`. */
export const received = receive;
export const isResponse = isOne;

export function badAnswer(url, status) {
  const parts = URL.parse(url);
  return badGateway(`${parts ? shownUrl(parts) : "the server"} answered status ${status}`);
}

/** A response with text of a media type, unless `init` names another. */
function typed(text, type, init) {
  const headers = new Headers(init?.headers);
  if (!headers.has("content-type")) headers.set("content-type", type);
  return new Response(text, { ...init, headers });
}

export function json(value, init = {}) {
  const text = stringify(value);
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot be JSON`);
  return typed(text, "application/json", init);
}

export const created = (value, init = {}) => json(value, { ...init, status: 201 });
export const html = (page, init = {}) => typed(`${page}`, "text/html; charset=utf-8", init);
export const text = (content, init = {}) => typed(`${content}`, "text/plain; charset=utf-8", init);
export const empty = (status = 204) => new Response(null, { status });
export const redirect = (url, status = 303) => new Response(null, { status, headers: { location: `${url}` } });

// What requests and responses carry: text or bytes, and whose mistake it is when it is not what it is read as.
import { utf8Decode, utf8Encode } from "tusk:host";
import { bytesOf, viewOf } from "./bytes.js";
import { HttpError } from "./errors.js";
import { parse } from "./json.js";
import { URLSearchParams } from "./params.js";
import { TypeError, Uint8Array, bufferSlice, typedBuffer, typedBytes, typedOffset } from "./primordials.js";

/** The client's mistake, that of a server that was asked, or the program's own: as the status that it amounts to. */
export const CLIENT = 400;
export const SERVER = 502;
export const OWN = 500;

const whose = (blame) => (blame === SERVER ? "the answer of a server: " : "");

let read, fill;

/** What Request and Response have in common. Unlike on the web a body is here at once, and can be read more than once. */
export class Body {
  #content = new Uint8Array(0);
  #blame = OWN;

  /** The bytes; none where there is no body. */
  get body() {
    if (typeof this.#content === "string") this.#content = utf8Encode(this.#content);
    return this.#content;
  }

  get bodyUsed() { return false; }
  async text() { return textOf(this.#content, this.#blame); }
  async json() { return jsonOf(this.#content, this.#blame); }
  async bytes() { return new Uint8Array(this.body); }
  async arrayBuffer() { return bufferOf(this.body); }

  static {
    read = (body) => body.#content;
    fill = (body, content, blame) => {
      body.#content = content;
      body.#blame = blame;
    };
  }
}

/** The content of a body: a string or bytes. */
export const contentOf = read;
export const setContent = fill;

/** Text as it is; of bytes, which must be UTF-8. */
export function textOf(content, blame) {
  if (typeof content === "string") return content;
  try {
    return utf8Decode(content, true, false);
  } catch {
    if (blame === SERVER) throw new HttpError(SERVER, `${whose(SERVER)}it is not UTF-8`, "bad-gateway");
    throw new HttpError(blame, "the body is not UTF-8", "bad-request");
  }
}

export function jsonOf(content, blame) {
  const text = textOf(content, blame);
  try {
    return parse(text);
  } catch (error) {
    throw new HttpError(blame, `${whose(blame)}invalid JSON: ${error.message}`, "json", { cause: error });
  }
}

/** A copy of bytes as a buffer of their own. */
export function bufferOf(bytes) {
  const start = typedOffset(bytes);
  return bufferSlice(typedBuffer(bytes), start, start + typedBytes(bytes));
}

/** What is sent as `body`, and the media type that it has by itself. */
export function bodyOf(body) {
  if (body === undefined || body === null) return { content: new Uint8Array(0), type: undefined };
  if (body instanceof URLSearchParams) return { content: `${body}`, type: "application/x-www-form-urlencoded;charset=UTF-8" };
  const view = viewOf(body);
  if (view) return { content: view, type: undefined };
  if (typeof body === "object" || typeof body === "function") {
    throw new TypeError("a body is text, bytes or URLSearchParams: JSON.stringify or Response.json make text of anything else");
  }
  return { content: `${body}`, type: "text/plain;charset=UTF-8" };
}

/** The bytes of a content, as a request sends them. */
export const sentOf = (content) => bytesOf(content, "a body");

/** A URL for messages: queries and user names hold keys, and an error is told to others. */
export function shownUrl({ protocol, host, pathname }) {
  return `${protocol}//${host}${pathname}`;
}

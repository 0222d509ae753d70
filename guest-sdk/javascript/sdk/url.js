import { urlParse, urlSet } from "tusk:host";
import { URLSearchParams, attachParams, reloadParams } from "./params.js";
import { defineProperty } from "./primordials.js";

const PARTS = ["protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

let partOf, setPart;

/** An absolute URL, as https://url.spec.whatwg.org has it. */
export class URL {
  #parts;
  #params = undefined;

  constructor(url, base = undefined) {
    this.#parts = urlParse(`${url}`, base === undefined ? undefined : `${base}`);
  }

  static canParse(url, base = undefined) { return URL.parse(url, base) !== null; }

  static parse(url, base = undefined) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  }

  get href() { return this.#parts.href; }
  set href(value) { this.#set(urlParse(`${value}`, undefined)); }
  get origin() { return this.#parts.origin; }

  get searchParams() {
    return this.#params ??= attachParams(new URLSearchParams(this.#parts.search), () => {
      this.#parts = urlSet(this.#parts.href, "search", `${this.#params}`);
    });
  }

  toString() { return this.#parts.href; }
  toJSON() { return this.#parts.href; }

  #set(parts) {
    this.#parts = parts;
    if (this.#params) reloadParams(this.#params, parts.search);
  }

  static {
    partOf = (url, part) => url.#parts[part];
    setPart = (url, part, value) => url.#set(urlSet(url.#parts.href, part, value));
  }
}

for (const part of PARTS) {
  defineProperty(URL.prototype, part, {
    get() { return partOf(this, part); },
    set(value) { setPart(this, part, `${value}`); },
    enumerable: true,
    configurable: true
  });
}

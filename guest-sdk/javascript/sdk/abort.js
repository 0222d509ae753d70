import { timeMonotonic } from "tusk:host";
import { Event, EventTarget } from "./event-target.js";
import { DOMException, TypeError, min } from "./primordials.js";
import { setTimeout } from "./timers.js";

const TOKEN = {};
let abort, deadline, follow;

export class AbortSignal extends EventTarget {
  #isAborted = false;
  #reason = undefined;
  /** When it aborts by itself, in milliseconds of the monotonic clock. */
  #deadline = Infinity;
  #followers = [];
  onabort = null;

  constructor(token) {
    if (token !== TOKEN) throw new TypeError("use new AbortController().signal, AbortSignal.timeout or AbortSignal.any");
    super();
  }

  get aborted() { return this.#isAborted; }
  get reason() { return this.#reason; }

  throwIfAborted() {
    if (this.#isAborted) throw this.#reason;
  }

  static abort(reason) {
    const signal = new AbortSignal(TOKEN);
    abort(signal, reason);
    return signal;
  }

  static timeout(milliseconds) {
    const signal = new AbortSignal(TOKEN), after = +milliseconds;
    if (!(after >= 0)) throw new TypeError("AbortSignal.timeout takes milliseconds from 0");
    signal.#deadline = timeMonotonic() + after;
    setTimeout(() => abort(signal, timedOut()), after);
    return signal;
  }

  static any(signals) {
    const all = new AbortSignal(TOKEN);
    for (const signal of signals) {
      if (signal.aborted) {
        abort(all, signal.reason);
        break;
      }
      follow(signal, all);
    }
    return all;
  }

  static {
    abort = (signal, reason = new DOMException("This operation was aborted", "AbortError")) => {
      if (signal.#isAborted) return;
      signal.#isAborted = true;
      signal.#reason = reason;
      const followers = signal.#followers, event = new Event("abort");
      signal.#followers = [];
      for (let i = 0; i < followers.length; i++) abort(followers[i], reason);
      if (typeof signal.onabort === "function") signal.addEventListener("abort", signal.onabort, { once: true });
      signal.dispatchEvent(event);
    };
    deadline = (signal) => signal.#deadline;
    follow = (signal, follower) => {
      signal.#followers[signal.#followers.length] = follower;
      follower.#deadline = min(follower.#deadline, signal.#deadline);
    };
  }
}

const timedOut = () => new DOMException("The operation was aborted due to timeout", "TimeoutError");

export class AbortController {
  #signal = new AbortSignal(TOKEN);

  get signal() { return this.#signal; }
  abort(reason) { abort(this.#signal, reason); }
}

/** Milliseconds until a signal aborts by itself; undefined where it does not. Throws its reason where it is aborted. */
export function timeLeft(signal) {
  if (signal === undefined || signal === null) return undefined;
  signal.throwIfAborted();
  const end = deadline(signal);
  if (end === Infinity) return undefined;
  const left = end - timeMonotonic();
  if (left > 0) return left;
  abort(signal, timedOut());
  throw signal.reason;
}

// Of the web's events what AbortSignal is made of.
import { report } from "./console.js";
import { TypeError, apply, isObject, slice } from "./primordials.js";

let start, stop;

export class Event {
  #type; #cancelable; #bubbles;
  #target = null;
  #current = null;
  #isPrevented = false;
  #isStopped = false;

  constructor(type, options = {}) {
    this.#type = `${type}`;
    this.#bubbles = Boolean(options?.bubbles);
    this.#cancelable = Boolean(options?.cancelable);
  }

  get type() { return this.#type; }
  get target() { return this.#target; }
  get currentTarget() { return this.#current; }
  get bubbles() { return this.#bubbles; }
  get cancelable() { return this.#cancelable; }
  get defaultPrevented() { return this.#isPrevented; }
  preventDefault() { this.#isPrevented ||= this.#cancelable; }
  stopPropagation() {}
  stopImmediatePropagation() { this.#isStopped = true; }

  static {
    start = (event, target) => {
      event.#target = event.#current = target;
      event.#isStopped = false;
    };
    stop = (event, isDone) => {
      if (isDone) event.#current = null;
      return event.#isStopped;
    };
  }
}

/** A target without parents: an event goes to its own listeners only. */
export class EventTarget {
  #listeners = [];

  addEventListener(type, callback, options = {}) {
    if (!isObject(callback)) return;
    const { once = false, signal = undefined } = isObject(options) ? options : {};
    if (signal?.aborted || this.#find(`${type}`, callback) >= 0) return;
    this.#listeners[this.#listeners.length] = { type: `${type}`, callback, once: Boolean(once), isRemoved: false };
    signal?.addEventListener("abort", () => this.removeEventListener(type, callback), { once: true });
  }

  removeEventListener(type, callback) {
    const at = this.#find(`${type}`, callback);
    if (at < 0) return;
    this.#listeners[at].isRemoved = true;
    const left = [];
    for (let i = 0; i < this.#listeners.length; i++) if (i !== at) left[left.length] = this.#listeners[i];
    this.#listeners = left;
  }

  dispatchEvent(event) {
    if (!(event instanceof Event)) throw new TypeError("dispatchEvent takes an Event");
    start(event, this);
    const listeners = slice(this.#listeners);
    for (let i = 0; i < listeners.length && !stop(event, false); i++) {
      const listener = listeners[i];
      if (listener.type !== event.type || listener.isRemoved) continue;
      if (listener.once) this.removeEventListener(listener.type, listener.callback);
      tell(listener.callback, this, event);
    }
    stop(event, true);
    return !event.defaultPrevented;
  }

  #find(type, callback) {
    for (let i = 0; i < this.#listeners.length; i++) {
      if (this.#listeners[i].type === type && this.#listeners[i].callback === callback) return i;
    }
    return -1;
  }
}

/** Runs a listener; what it throws goes to the log, so that the others run, too. */
function tell(listener, target, event) {
  try {
    if (typeof listener === "function") apply(listener, target, [event]);
    else listener.handleEvent(event);
  } catch (error) {
    report("a listener failed", error);
  }
}

// Timers. The engine asks when the next is due, waits, and lets it run, as long as the call's result is not there.
import { timeMonotonic } from "tusk:host";
import { TypeError, apply, max, min, splice } from "./primordials.js";

const LONGEST = 2 ** 31 - 1;

/** By the time at which they are due, and then by age. */
let timers = [];
let last = 0;

function add(callback, wait, every, parameters) {
  if (typeof callback !== "function") throw new TypeError("a timer takes a function");
  const id = ++last;
  enter({ id, callback, parameters, every, due: timeMonotonic() + wait });
  return id;
}

function enter(timer) {
  let from = 0, to = timers.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (timers[middle].due <= timer.due) from = middle + 1;
    else to = middle;
  }
  splice(timers, from, 0, timer);
}

const milliseconds = (value) => {
  const wait = +value;
  return wait > 0 ? min(wait, LONGEST) : 0;
};

export function setTimeout(callback, wait = 0, ...parameters) {
  return add(callback, milliseconds(wait), undefined, parameters);
}

export function setInterval(callback, wait = 0, ...parameters) {
  const every = max(milliseconds(wait), 1);
  return add(callback, every, every, parameters);
}

export function clearTimeout(id) {
  for (let i = 0; i < timers.length; i++) {
    if (timers[i].id === id) {
      splice(timers, i, 1);
      return;
    }
  }
}

export const clearInterval = (id) => clearTimeout(id);

/** Milliseconds until the next timer is due, 0 where one is; undefined without timers. */
export function nextTimer() {
  return timers.length > 0 ? max(timers[0].due - timeMonotonic(), 0) : undefined;
}

/**
 * Runs the first timer that is due, if one is. One only: what it has promised goes on before the next one runs. What its function
 * throws is thrown.
 */
export function runTimers() {
  const timer = timers[0], now = timeMonotonic();
  if (!timer || timer.due > now) return;
  splice(timers, 0, 1);
  if (timer.every) {
    timer.due = now + timer.every;
    enter(timer);
  }
  apply(timer.callback, undefined, timer.parameters);
}

export function dropTimers() {
  timers = [];
}

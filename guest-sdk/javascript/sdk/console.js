// What programs print goes to the log, a line a call.
import { timeMonotonic } from "tusk:host";
import { inspect, textAt } from "./inspect.js";
import { line } from "./log.js";
import { Error, Map, bigintText, indexOf, mapDelete, mapGet, mapSet, repeat, substring, trunc } from "./primordials.js";

const MOST_GROUPS = 16;
const MOST_TEXT = 16_384;

/** Of one call: how deep its groups are, what it counts, what it measures. */
let groups = 0;
let counts = new Map();
let starts = new Map();

/** Forgets what a call has counted and begun. */
export function endConsole() {
  groups = 0;
  counts = new Map();
  starts = new Map();
}

function print(level, values) {
  line(level, repeat("  ", groups) + format(values));
}

/** As printf has it in JavaScript: `%s %d %i %f %j %o %O %c %%`; what is left follows, with spaces between. */
function format(values) {
  let text = "", next = 0;
  if (typeof values[0] === "string" && values.length > 1) {
    next = 1;
    const pattern = inspect(values[0]);
    let from = 0;
    for (let at = indexOf(pattern, "%"); at >= 0; at = indexOf(pattern, "%", at)) {
      const verb = pattern[at + 1], isPercent = verb === "%", isVerb = isPercent || (verb in VERBS && next < values.length);
      if (isVerb) {
        text += substring(pattern, from, at) + (isPercent ? "%" : VERBS[verb](values[next++]));
        from = at + 2;
      }
      at += isVerb ? 2 : 1;
    }
    text += substring(pattern, from);
  }
  for (let i = next; i < values.length && text.length < MOST_TEXT; i++) text += (i > 0 ? " " : "") + inspect(values[i]);
  return inspect(text);
}

function numeric(value) {
  if (typeof value === "bigint") return `${bigintText(value)}n`;
  return typeof value === "number" || typeof value === "string" ? `${+value}` : "NaN";
}

const integral = (value) => (typeof value === "number" ? `${trunc(value)}` : numeric(value));

const VERBS = {
  __proto__: null,
  s: (value) => inspect(value, 1), d: numeric, i: integral, f: numeric, j: (value) => inspect(value), o: (value) => inspect(value),
  O: (value) => inspect(value), c: () => ""
};

/** Says that something failed where nobody can be told. */
export function report(what, error) {
  try {
    line("error", `${what}: ${inspect(error)}`);
  } catch {
    // The host takes no lines while a module starts.
  }
}

const label = (value) => inspect(value ?? "default");

function elapsed(name, values, ends) {
  const started = mapGet(starts, name);
  if (started === undefined) return print("warn", [`there is no timer ${name}`]);
  if (ends) mapDelete(starts, name);
  const text = `${name}: ${(trunc((timeMonotonic() - started) * 1000) / 1000)} ms`;
  for (let i = values.length; i > 0; i--) values[i] = values[i - 1];
  values[0] = text;
  return print("info", values);
}

function openGroup(values) {
  if (values.length > 0) print("info", values);
  if (groups < MOST_GROUPS) groups++;
}

export const console = {
  log(...values) { print("info", values); },
  info(...values) { print("info", values); },
  debug(...values) { print("debug", values); },
  warn(...values) { print("warn", values); },
  error(...values) { print("error", values); },

  trace(...values) {
    print("debug", [`${format(["Trace:", format(values)])}\n${textAt(new Error(), "stack") ?? ""}`]);
  },

  assert(holds = false, ...values) {
    if (holds) return;
    print("error", ["Assertion failed" + (values.length > 0 ? `: ${format(values)}` : "")]);
  },

  dir(value) { print("info", [inspect(value)]); },
  table(value) { print("info", [inspect(value)]); },

  count(name = undefined) {
    const key = label(name), count = (mapGet(counts, key) ?? 0) + 1;
    mapSet(counts, key, count);
    print("info", [`${key}: ${count}`]);
  },

  countReset(name = undefined) { mapDelete(counts, label(name)); },
  time(name = undefined) { mapSet(starts, label(name), timeMonotonic()); },
  timeLog(name = undefined, ...values) { elapsed(label(name), values, false); },
  timeEnd(name = undefined) { elapsed(label(name), [], true); },

  group(...values) { openGroup(values); },
  groupCollapsed(...values) { openGroup(values); },
  groupEnd() { if (groups > 0) groups--; },
  clear() {}
};

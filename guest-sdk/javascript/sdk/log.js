import { logWrite } from "tusk:host";
import { viewOf } from "./bytes.js";
import { inspect, isError } from "./inspect.js";
import { entriesOf, isObject } from "./primordials.js";

/** What the host takes as a field; of what cannot be JSON, a text. */
const fieldOf = (value) => (typeof value === "function" || typeof value === "symbol" || isError(value) ? inspect(value) : value);

function fieldsOf(fields) {
  const pairs = entriesOf(fields);
  for (let i = 0; i < pairs.length; i++) pairs[i][1] = fieldOf(pairs[i][1]);
  return pairs;
}

function pairsOf(fields) {
  if (fields === undefined || fields === null) return [];
  return isObject(fields) && !isError(fields) ? fieldsOf(fields) : [["value", fieldOf(fields)]];
}

/** Writes a line. Where a field cannot be JSON, all that are objects are texts; no field is the end of a call. */
export function line(level, message, fields = undefined) {
  let pairs = [];
  try {
    pairs = pairsOf(fields);
  } catch {
    pairs = [["fields", inspect(fields)]];
  }
  try {
    logWrite(level, message, pairs);
  } catch {
    for (let i = 0; i < pairs.length; i++) {
      if (isObject(pairs[i][1]) && !viewOf(pairs[i][1])) pairs[i][1] = inspect(pairs[i][1]);
    }
    logWrite(level, message, pairs);
  }
}

/** Structured log lines: `log.info("user created", { id })`. */
export const log = {
  debug(message, fields = undefined) { line("debug", inspect(message), fields); },
  info(message, fields = undefined) { line("info", inspect(message), fields); },
  warn(message, fields = undefined) { line("warn", inspect(message), fields); },
  error(message, fields = undefined) { line("error", inspect(message), fields); }
};

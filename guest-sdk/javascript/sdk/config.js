import { configGet, configValidate } from "tusk:host";
import { HttpError } from "./errors.js";
import { stringify } from "./json.js";
import { isInteger } from "./primordials.js";

function read(key) {
  const value = configGet(key);
  if (value !== undefined) return value;
  throw new HttpError(500, `the file has no value \`${key}\`: neither in this section nor as a path from the top`, "config");
}

/** The value of a type, by what `is` says; the fallback where the file has none. */
function typed(key, fallback, type, is) {
  const value = fallback === undefined ? read(key) : configGet(key) ?? fallback;
  if (is(value)) return value;
  throw new HttpError(500, `\`${key}\` of the file is not ${type}`, "type");
}

const SCALARS = { __proto__: null, string: true, number: true, bigint: true, boolean: true };
const isScalar = (value) => SCALARS[typeof value] === true;

const validate = (document, schema) => configValidate(stringify(document) ?? "null", stringify(schema) ?? "null");

/** The values of the file: a key of the own section first, then a path such as `service.version`. */
export const config = {
  get: (key, fallback = undefined) => configGet(key) ?? fallback,
  read,
  text: (key, fallback = undefined) => `${typed(key, fallback, "a text", isScalar)}`,
  number: (key, fallback = undefined) => typed(key, fallback, "a number", (value) => typeof value === "number"),
  integer: (key, fallback = undefined) => (
    typed(key, fallback, "an integer", (value) => isInteger(value) || typeof value === "bigint")
  ),
  boolean: (key, fallback = undefined) => typed(key, fallback, "a boolean", (value) => typeof value === "boolean"),
  validate,
  validate_config: validate
};

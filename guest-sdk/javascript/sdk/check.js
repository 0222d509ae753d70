// Arguments by the types of their parameters. A value that fits is given as its type wants it, without changing what came:
// a copy is made where something is another than it was (base64 that becomes bytes, a null that means nothing).
import { base64Decode, utf8Encode } from "tusk:host";
import { viewOf } from "./bytes.js";
import { HttpError } from "./errors.js";
import {
  BigInt, Number, bigintText, hasOwn, isArray, isFinite, isInteger, isSafeInteger, matches, namesOf, put, slice, substring,
  writeJson
} from "./primordials.js";

const MOST_SHOWN = 40;
const MOST_LISTED = 8;
const MISSING = "is missing";
const NOTHING = "nothing";

/** What does not fit, and where: `path` grows from the inside. */
class Misfit {
  path = "";

  constructor(expected, found, problem = undefined, isLiteral = false) {
    this.expected = expected;
    this.found = found;
    this.problem = problem;
    this.isLiteral = isLiteral;
  }

  in(step) {
    this.path = step + this.path;
    return this;
  }

  toString() {
    return this.problem ?? `expected ${this.expected}, found ${this.found}`;
  }
}

const unlike = (expected, value) => new Misfit(expected, foundIn(value));
const wrong = (problem) => new Misfit(undefined, undefined, problem);

/** The value as the schema wants it. Throws an HttpError of status 400 that names what does not fit. */
export function check(schema, value, name) {
  const fitted = fit(schema, value ?? null, true);
  if (!(fitted instanceof Misfit)) return fitted;
  const isMissing = (value === undefined || value === null) && fitted.path === "";
  const problem = isMissing ? MISSING : `${fitted}`;
  const place = fitted.path === "" ? "" : `\`${name}${fitted.path}\`: `;
  throw new HttpError(400, `argument \`${name}\`: ${place}${problem}`, "argument");
}

const KINDS = { __proto__: null, boolean: "a boolean", number: "a number", bigint: "an integer", string: "a text" };

const FITS = {
  __proto__: null,
  string: (_, value) => (typeof value === "string" ? value : unlike("a text", value)),
  boolean: (_, value) => (typeof value === "boolean" ? value : unlike("a boolean", value)),
  undefined: (_, value) => (value === null ? undefined : unlike(NOTHING, value)),
  null: (_, value) => (value === null ? value : unlike("null", value)),
  number: (_, value) => fitNumber(value),
  bigint: (_, value) => fitBigint(value),
  bytes: (_, value, isWhole) => fitBytes(value, isWhole),
  literal: ({ v }, value) => (isSame(v, value) ? v : new Misfit(shown(v), shown(value), undefined, true)),
  array: (schema, value) => (isArray(value) ? fitItems(value, () => schema.of) : unlike("an array", value)),
  tuple: (schema, value) => fitTuple(schema, value),
  object: (schema, value) => (isRecord(value) ? fitObject(schema, value) : unlike("an object", value)),
  record: (schema, value) => (isRecord(value) ? fitRest(schema.of, value, value) : unlike("an object", value)),
  union: (schema, value, isWhole) => fitUnion(schema, value, isWhole)
};

function fit(schema, value, isWhole = false) {
  return schema === true || schema === undefined ? value : FITS[schema.t](schema, value, isWhole);
}

function fitNumber(value) {
  if (typeof value === "number" && isFinite(value)) return value;
  if (typeof value !== "bigint") return unlike("a number", value);
  const number = Number(value);
  if (isFinite(number) && BigInt(number) === value) return number;
  return wrong(`${bounded(bigintText(value))} is out of range: a number is exact to 53 bits, and a bigint takes all`);
}

function fitBigint(value) {
  if (typeof value === "bigint") return value;
  return isInteger(value) && isSafeInteger(value) ? BigInt(value) : unlike("an integer", value);
}

/** Within JSON a text is base64; as a whole argument it is the text's own bytes. */
function fitBytes(value, isWhole) {
  const bytes = viewOf(value);
  if (bytes) return bytes;
  if (typeof value !== "string") return unlike(isWhole ? "bytes" : "base64", value);
  if (isWhole) return utf8Encode(value);
  try {
    return base64Decode(value);
  } catch {
    return new Misfit("base64", "another text");
  }
}

const isSame = (wanted, value) => wanted === value || (typeof value === "bigint" && wanted === Number(value));

function fitTuple(schema, value) {
  if (!isArray(value)) return unlike("an array", value);
  const wanted = schema.of.length;
  if (value.length !== wanted) return new Misfit(`an array of ${wanted} elements`, `one of ${value.length}`);
  return fitItems(value, (i) => schema.of[i]);
}

function fitItems(items, schemaOf) {
  let fitted = items;
  for (let i = 0; i < items.length; i++) {
    const item = fit(schemaOf(i), items[i]);
    if (item instanceof Misfit) return item.in(`[${i}]`);
    if (item === items[i]) continue;
    if (fitted === items) fitted = slice(items);
    fitted[i] = item;
  }
  return fitted;
}

const isRecord = (value) => typeof value === "object" && value !== null && !isArray(value) && !viewOf(value);

function fitObject(schema, value) {
  const names = namesOf(schema.fields), optional = schema.optional ?? [];
  let fitted = value;
  for (let i = 0; i < names.length; i++) {
    const name = names[i], given = hasOwn(value, name) ? value[name] : undefined;
    let field = given === undefined ? wrong(MISSING) : fit(schema.fields[name], given);
    if (field instanceof Misfit) {
      // A null for what may be left out is left out.
      if ((given ?? null) !== null || !isOptional(optional, name)) return field.in(stepTo(name));
      field = undefined;
    }
    fitted = changed(fitted, value, name, field);
  }
  return schema.rest === undefined || schema.rest === true ? fitted : fitRest(schema.rest, value, fitted, schema.fields);
}

/** Each property that is not among the `known` ones by the same schema. */
function fitRest(schema, value, fitted, known = {}) {
  const names = namesOf(value);
  for (let i = 0; i < names.length; i++) {
    if (hasOwn(known, names[i])) continue;
    const field = fit(schema, value[names[i]]);
    if (field instanceof Misfit) return field.in(stepTo(names[i]));
    fitted = changed(fitted, value, names[i], field);
  }
  return fitted;
}

function isOptional(optional, name) {
  for (let i = 0; i < optional.length; i++) if (optional[i] === name) return true;
  return false;
}

/** `fitted` with a field of its own: a copy of `value` from the first field on that is another. */
function changed(fitted, value, name, field) {
  if ((hasOwn(value, name) ? value[name] : undefined) === field) return fitted;
  const copy = fitted === value ? { ...value } : fitted;
  if (field === undefined) delete copy[name];
  else put(copy, name, field);
  return copy;
}

/** The first member that fits. Where none does, what came furthest says what was expected there. */
function fitUnion(schema, value, isWhole) {
  const misfits = [];
  let best;
  for (let i = 0; i < schema.of.length; i++) {
    const fitted = fit(schema.of[i], value, isWhole);
    if (!(fitted instanceof Misfit)) return fitted;
    misfits[i] = fitted;
    if (!best || rank(fitted) > rank(best)) best = fitted;
  }
  if (!best) return unlike(NOTHING, value);
  return best.problem === undefined ? merged(misfits, best) : best;
}

/** How much a misfit tells: that a literal within differs says only that another member was meant. */
function rank(misfit) {
  if (misfit.problem === MISSING) return 2;
  if (misfit.problem !== undefined) return 3;
  return misfit.path === "" ? 0 : misfit.isLiteral ? 1 : 3;
}

/** All that was expected at the place of the best. */
function merged(misfits, best) {
  const expected = [];
  let literal;
  for (let i = 0; i < misfits.length; i++) {
    if (misfits[i].path !== best.path || misfits[i].problem !== undefined || misfits[i].expected === NOTHING) continue;
    add(expected, misfits[i].expected);
    if (misfits[i].isLiteral) literal = misfits[i];
  }
  const words = expected.length > 0 ? listed(expected) : NOTHING;
  return new Misfit(words, (literal ?? best).found, undefined, literal !== undefined).in(best.path);
}

function add(list, text) {
  for (let i = 0; i < list.length; i++) if (list[i] === text) return;
  list[list.length] = text;
}

function listed(words) {
  let text = words[0];
  const most = words.length > MOST_LISTED ? MOST_LISTED : words.length;
  for (let i = 1; i < most; i++) text += `${i === words.length - 1 ? " or " : ", "}${words[i]}`;
  return most < words.length ? `${text} or one of ${words.length - most} more` : text;
}

function stepTo(name) {
  const isPlain = name.length <= MOST_SHOWN && matches(/^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u, name);
  return isPlain ? `.${name}` : `[${shown(name)}]`;
}

/** A short value as it is, for a message. */
function shown(value) {
  if (typeof value === "string") return writeJson(bounded(value));
  if (typeof value === "bigint") return bounded(bigintText(value));
  return typeof value === "object" ? foundIn(value) : `${value}`;
}

const bounded = (text) => (text.length > MOST_SHOWN ? `${substring(text, 0, MOST_SHOWN)}…` : text);

/** What a value is, for a message. */
function foundIn(value) {
  if (value === null || value === undefined) return "null";
  if (isArray(value)) return "an array";
  if (viewOf(value)) return "bytes";
  return KINDS[typeof value] ?? "an object";
}

// The last step before modules of users run: their globals, and an SDK that nobody changes.
import { random } from "tusk:host";
import {
  Error, Set, defineProperty, freeze, getOwnPropertyDescriptor, getPrototypeOf, isObject, ownKeys, put, setAdd, setHas
} from "./primordials.js";

const NO_EVAL = "code made of text does not run here: `eval: true` in the section of the fujsen allows eval and new Function";

/** `sdk` is the namespace of the module with all of it. */
export function seal(sdk, allowEval = false) {
  install(sdk);
  if (!allowEval) forbidEval();
  put(Math, "random", { random: () => random() }.random, false);
  const done = new Set(), names = ownKeys(sdk);
  // Not the namespace itself, which cannot change.
  for (let i = 0; i < names.length; i++) harden(sdk[names[i]], done);
}

function install(sdk) {
  const names = ownKeys(sdk);
  for (let i = 0; i < names.length; i++) {
    if (typeof names[i] === "string" && names[i] !== "internal") put(globalThis, names[i], sdk[names[i]], false);
  }
}

/** Freezes an object and all that its properties hold. */
function harden(object, done) {
  if (!isObject(object) || setHas(done, object)) return;
  setAdd(done, object);
  const keys = ownKeys(object);
  for (let i = 0; i < keys.length; i++) {
    const { value, get, set } = getOwnPropertyDescriptor(object, keys[i]);
    harden(value, done);
    harden(get, done);
    harden(set, done);
  }
  const above = getPrototypeOf(object);
  // Classes stand on others of the SDK, and these on the language's own, which are their users'.
  if (typeof above === "function" && above !== Function.prototype && above !== Error) harden(above, done);
  freeze(object);
}

function forbidEval() {
  const refuse = () => { throw new EvalError(NO_EVAL); };
  put(globalThis, "eval", { eval: () => refuse() }.eval, false);
  const kinds = [function () {}, async function () {}, function* () {}, async function* () {}];
  for (let i = 0; i < kinds.length; i++) {
    const prototype = getPrototypeOf(kinds[i]), { name } = prototype.constructor;
    const replacement = { [name]: function () { refuse(); } }[name];
    defineProperty(replacement, "prototype", { value: prototype, writable: false });
    defineProperty(prototype, "constructor", { value: replacement });
    if (i === 0) put(globalThis, "Function", replacement, false);
  }
}

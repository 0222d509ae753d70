import { fujsenCall } from "tusk:host";
import { TypeError, entriesOf, isArray, isObject } from "./primordials.js";

/** Other fujsens of the same service. Those of the own section and language are called directly. */
export const fujsen = {
  call(name, args = {}) {
    if (!isObject(args) || isArray(args)) throw new TypeError("arguments have names: fujsen.call(\"users.find\", { id })");
    return fujsenCall(name, entriesOf(args));
  }
};

import { isHttpError } from "./errors.js";
import { causes, inspect, isError, textAt } from "./inspect.js";
import { getOwnPropertyDescriptor, isArray, isInteger, isObject, match, substring } from "./primordials.js";

const MOST_MESSAGE = 8192;
const MOST_STACK = 16_384;

/** What programs for browsers and Node look for, and what there is instead. */
const REMEDIES = {
  __proto__: null,
  process: "a fujsen sees no environment: write `name: @env(\"NAME\")` in the TSK file and read it by config.get(\"name\")",
  require: "modules are imported: `import { sql } from \"tusk\"`, or from another text of the section",
  module: "write `export`", exports: "write `export`",
  __dirname: "a fujsen has no files: keep values by `state` or `sql`",
  __filename: "a fujsen has no files: keep values by `state` or `sql`",
  Intl: "format dates by time.format(timestamp, \"%d.%m.%Y\"), and numbers by toFixed and padStart",
  Buffer: "use Uint8Array, TextEncoder, TextDecoder, atob and btoa",
  global: "write `globalThis`", window: "write `globalThis`", self: "write `globalThis`", document: "a fujsen has no page",
  localStorage: "use `state`", sessionStorage: "use `state`",
  XMLHttpRequest: "use `fetch` or `http`", WebSocket: "use `fetch`, `http` or `redis`", EventSource: "use `fetch` or `http`",
  FormData: "send URLSearchParams or bytes", Blob: "use Uint8Array", File: "use Uint8Array",
  ReadableStream: "bodies are here at once: `request.body` is a Uint8Array",
  setImmediate: "use setTimeout", Worker: "a fujsen has no threads: the host runs calls side by side",
  WebAssembly: "use a fujsen in another language: fujsen.call(\"section.name\", …)"
};

const cut = (text, most) => (text.length > most ? `${substring(text, 0, most)}…` : text);

/** Anything that was thrown, as plain text: `status` is 0 for all but an HttpError. Never throws. */
export function describe(error) {
  try {
    return isError(error) || isHttpError(error) ? describeError(error) : describeOther(error);
  } catch {
    return described("Error", "what was thrown cannot be shown");
  }
}

function described(name, message, stack = "", status = 0, code = "") {
  return { name: cut(name, 200), message: cut(message, MOST_MESSAGE), stack: cut(stack, MOST_STACK), status, code: cut(code, 200) };
}

function describeError(error) {
  const name = textAt(error, "name") || "Error", message = textAt(error, "message") ?? "", stack = textAt(error, "stack");
  if (!isHttpError(error)) return described(name, message + remedy(name, message) + causes(error), stack);
  const status = getOwnPropertyDescriptor(error, "status")?.value;
  const isStatus = isInteger(status) && status >= 400 && status < 600;
  const shown = isStatus ? status : 500;
  // Of a 500 the log tells all; clients are not told what is behind another status.
  return described(name, shown === 500 ? message + causes(error) : message, stack, shown, textAt(error, "code") ?? "failed");
}

function describeOther(value) {
  const text = typeof value === "string" ? value : inspect(value);
  const what = typeof value === "string" ? "a string" : isArray(value) ? "a list" : isObject(value) ? "an object" : "a value";
  return described("Error", `${what} was thrown, not an Error: ${text}`);
}

function remedy(name, message) {
  if (name !== "ReferenceError") return "";
  const found = match(/^'?([\w$]+)'? is not defined/, message);
  const instead = found && REMEDIES[found[1]];
  return instead ? `; ${instead}` : "";
}

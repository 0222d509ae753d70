import { utf8Encode } from "tusk:host";
import { contentOf } from "./body.js";
import { viewOf } from "./bytes.js";
import { headerPairs } from "./headers.js";
import { answerOf } from "./http.js";
import { TypeError } from "./primordials.js";
import { isResponse } from "./response.js";

/** What the engine hands to the host for the result of a fujsen: status (0 is the default), headers, body. */
export function reply(value) {
  if (value === undefined || value === null) return [0, [], null];
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`a fujsen gave a ${typeof value}, which cannot be JSON`);
  }
  if (typeof value !== "object") return [0, [], value];
  if (isResponse(value)) return replyOf(value);
  const answer = answerOf(value);
  if (answer) return [answer.status, answer.headers, answer.body];
  const bytes = viewOf(value);
  return bytes ? [0, [["content-type", "application/octet-stream"]], bytes] : [0, [], value];
}

/** Text goes out as it is where a header says of what type it is, else as bytes: the host makes JSON of plain text. */
function replyOf(response) {
  const content = contentOf(response), { headers, status } = response;
  const isText = typeof content === "string" && headers.has("content-type");
  return [status, headerPairs(headers), isText || typeof content !== "string" ? content : utf8Encode(content)];
}

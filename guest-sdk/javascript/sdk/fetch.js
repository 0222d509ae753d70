import { httpSend } from "tusk:host";
import { timeLeft } from "./abort.js";
import { contentOf, sentOf } from "./body.js";
import { HttpError } from "./errors.js";
import { headerPairs } from "./headers.js";
import { TypeError, ceil, isInteger, min } from "./primordials.js";
import { Request } from "./request.js";
import { received } from "./response.js";

const MOST_REDIRECTS = 10;
const LONGEST = 2 ** 32 - 1;

/** Sends a request and gives what the host gives. A status of 404 is an answer, not an error. */
export function send(request, redirects = MOST_REDIRECTS) {
  const { method, url, headers, redirect } = request, content = contentOf(request);
  if (!isInteger(redirects) || redirects < 0 || redirects > 255) throw new TypeError("redirects is a whole number from 0 to 255");
  const follows = redirect === "follow" ? redirects : 0;
  const body = content.length > 0 ? sentOf(content) : undefined;
  const answer = httpSend(method, url, headerPairs(headers), body, timeoutOf(request), follows);
  if (redirect === "error" && isRedirect(answer)) {
    throw new HttpError(502, "the server redirects, and the request says redirect: \"error\"", "redirects");
  }
  return answer;
}

/** The total time in milliseconds; undefined for the host's default. */
function timeoutOf({ timeout, signal }) {
  const left = timeLeft(signal);
  return milliseconds(timeout === undefined ? left : min(timeout, left ?? Infinity));
}

/** Whole milliseconds as the host takes them. */
export function milliseconds(timeout) {
  if (timeout === undefined || timeout === null) return undefined;
  const wait = +timeout;
  if (!(wait >= 0)) throw new TypeError("a timeout is a number of milliseconds from 0");
  return min(ceil(wait), LONGEST);
}

const isRedirect = ({ status }) => status === 301 || status === 302 || status === 303 || status === 307 || status === 308;

/** As on the web, but for errors: where no answer comes, the promise is rejected with an HttpError that says why. */
export async function fetch(input, init = undefined) {
  const request = new Request(input, init);
  return received(send(request), request.url);
}

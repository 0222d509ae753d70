import { grpcCall, grpcStream } from "tusk:host";
import { SERVER, jsonOf } from "./body.js";
import { milliseconds } from "./fetch.js";
import { headersOf } from "./headers.js";
import { stringify } from "./json.js";
import { pairsOf } from "./pairs.js";
import { TypeError } from "./primordials.js";

function messageOf(message = {}) {
  const text = stringify(message);
  if (text === undefined) throw new TypeError(`a ${typeof message} is no message`);
  return text;
}

function metadataOf({ metadata = {}, bearer = undefined }) {
  const pairs = pairsOf(metadata, "metadata");
  if (bearer !== undefined) pairs[pairs.length] = ["authorization", `Bearer ${bearer}`];
  return pairs;
}

function request(server, method, options = {}) {
  const answer = grpcCall(server, method, messageOf(options.message), metadataOf(options), milliseconds(options.timeout));
  return { message: jsonOf(answer.message, SERVER), metadata: headersOf(answer.metadata) };
}

function requestStream(server, method, options = {}) {
  const wait = milliseconds(options.timeout);
  const answer = grpcStream(server, method, messageOf(options.message), metadataOf(options), wait, options.limit);
  const values = [];
  for (let i = 0; i < answer.messages.length; i++) values[i] = jsonOf(answer.messages[i], SERVER);
  return { values, cut: answer.cut, metadata: headersOf(answer.metadata) };
}

/** Calls of the gRPC servers that the file names under `[grpc]`, with JSON in and out. */
export const grpc = {
  call: (server, method, message = {}, options = {}) => request(server, method, { ...options, message }).message,
  stream: (server, method, message = {}, options = {}) => requestStream(server, method, { ...options, message }).values,
  request,
  requestStream
};

import { RETURN, liftFailure, liftPairs, liftString, liftStrings, lowerPairs } from "./abi";
import { stringify } from "./codec";
import * as imports from "./imports";
import { Json } from "./json";
import { SERVER } from "./json-kind";
import * as layout from "./layout";
import { findHeader } from "./request";
import { Result } from "./result";
import { wellFormed } from "./utf16";

/** The message that a gRPC server answered with, and what travelled beside it. */
// @ts-ignore: decorator
@global
export class GrpcResponse {
  constructor(
    private text: string,
    /** Names and values of headers and trailers. Where a name ends in `-bin`, the value is base64. */
    readonly pairs: string[][]
  ) {}

  /** The message. Where it is read as another type than it has, the call ends with 502. */
  json(): Json { return Json.__tuskParse(this.text, SERVER).value; }

  /** Metadata, whatever the case of its name. */
  metadata(name: string): string | null { return findHeader(this.pairs, name); }
}

/** The messages of a stream, in the order in which they came. */
// @ts-ignore: decorator
@global
export class GrpcMessages {
  constructor(
    readonly values: Json[],
    /** Whether the stream was left after as many messages as `limit` says; it may have had more. */
    readonly cut: bool,
    /** As of a response; trailers are there when the stream was read to its end. */
    readonly pairs: string[][]
  ) {}

  /** Metadata, whatever the case of its name. */
  metadata(name: string): string | null { return findHeader(this.pairs, name); }
}

/** A call to build and make: `grpc.request("users", "users.UserService/GetUser").message(m).timeout(500).call()`. */
// @ts-ignore: decorator
@global
export class GrpcRequest {
  private text: string = "{}";
  private pairs: string[][] = [];
  private milliseconds: i32 = -1;
  private most: i32 = 0;

  constructor(
    private server: string,
    private method: string
  ) {}

  /** The message, from anything that can be a JSON object: classes, `Json`. Without it, one without fields. */
  message<T>(value: T): GrpcRequest {
    this.text = stringify<T>(value);
    return this;
  }

  /** Adds metadata. Where the name ends in `-bin`, the value is base64. */
  metadata(name: string, value: string): GrpcRequest {
    this.pairs.push([name, value]);
    return this;
  }

  /** Adds `authorization: Bearer …`. */
  bearer(token: string): GrpcRequest { return this.metadata("authorization", "Bearer " + token); }

  /** Total time, capped by what is left of the call's own. Without it: 10 s. */
  timeout(milliseconds: i32): GrpcRequest {
    this.milliseconds = max(milliseconds, 0);
    return this;
  }

  /** Reads a stream up to so many messages, 1 to 10,000, and leaves it then. */
  limit(messages: i32): GrpcRequest {
    this.most = messages;
    return this;
  }

  /** Calls a method that answers with one message. Ends the call with a failure for any status but OK. */
  call(): GrpcResponse { return this.tryCall().value; }

  /** A failure's code is the status's name, such as `not-found`. */
  tryCall(): Result<GrpcResponse> {
    const server = wellFormed(this.server), method = wellFormed(this.method), text = wellFormed(this.text);
    imports.grpcCall(
      changetype<usize>(server), server.length, changetype<usize>(method), method.length, changetype<usize>(text), text.length,
      lowerPairs(this.pairs), this.pairs.length, this.milliseconds < 0 ? 0 : 1, max(this.milliseconds, 0), RETURN
    );
    const payload = RETURN + layout.Payload.grpcCall;
    if (load<u8>(RETURN)) return Result.failure<GrpcResponse>(liftFailure(payload));
    const message = liftString(payload + layout.GrpcResponse.message);
    return Result.success<GrpcResponse>(new GrpcResponse(message, liftPairs(payload + layout.GrpcResponse.metadata)));
  }

  /** Calls a method that answers with a stream. Ends the call with a failure for any status but OK. */
  stream(): GrpcMessages { return this.tryStream().value; }

  tryStream(): Result<GrpcMessages> {
    const server = wellFormed(this.server), method = wellFormed(this.method), text = wellFormed(this.text);
    imports.grpcStream(
      changetype<usize>(server), server.length, changetype<usize>(method), method.length, changetype<usize>(text), text.length,
      lowerPairs(this.pairs), this.pairs.length, this.milliseconds < 0 ? 0 : 1, max(this.milliseconds, 0),
      this.most == 0 ? 0 : 1, max(this.most, 0), RETURN
    );
    const payload = RETURN + layout.Payload.grpcStream;
    if (load<u8>(RETURN)) return Result.failure<GrpcMessages>(liftFailure(payload));
    const texts = liftStrings(payload + layout.GrpcMessages.messages);
    const cut = load<u8>(payload, layout.GrpcMessages.cut) != 0, metadata = liftPairs(payload + layout.GrpcMessages.metadata);
    const values = new Array<Json>(texts.length);
    for (let i = 0; i < texts.length; i++) values[i] = Json.__tuskParse(texts[i], SERVER).value;
    return Result.success<GrpcMessages>(new GrpcMessages(values, cut, metadata));
  }
}

/**
 * Calls of the gRPC servers that the file names under `[grpc]`, with JSON in and out.
 *
 * A message has the fields of the `.proto` file, by their names there or by their JSON names. In an answer every field has its
 * name of the `.proto` file, also where it is zero or empty; what can be absent (messages, `optional`, `oneof`) is there when it
 * was set. 64-bit integers are numbers, enums their names, bytes base64.
 */
// @ts-ignore: decorator
@global
export abstract class grpc {
  static request(server: string, method: string): GrpcRequest { return new GrpcRequest(server, method); }

  /** Calls `package.Service/Method` of a server, and gives the message that it answers with. */
  static call<T>(server: string, method: string, message: T): Json {
    return new GrpcRequest(server, method).message<T>(message).call().json();
  }

  static tryCall<T>(server: string, method: string, message: T): Result<Json> {
    const result = new GrpcRequest(server, method).message<T>(message).tryCall();
    const error = result.error;
    return error ? Result.failure<Json>(error) : Result.success<Json>(result.value.json());
  }

  /** Calls a method that answers with a stream, and gives all its messages: 10,000 or 8 MiB of them at most. */
  static stream<T>(server: string, method: string, message: T): Json[] {
    return new GrpcRequest(server, method).message<T>(message).stream().values;
  }

  static tryStream<T>(server: string, method: string, message: T): Result<Json[]> {
    const result = new GrpcRequest(server, method).message<T>(message).tryStream();
    const error = result.error;
    return error ? Result.failure<Json[]>(error) : Result.success<Json[]>(result.value.values);
  }
}

import { RETURN, liftFailure, liftValue } from "./abi";
import * as imports from "./imports";
import { Json } from "./json";
import * as layout from "./layout";
import { lowerFields } from "./log";
import { Result } from "./result";
import { wellFormed } from "./utf16";

/** Other fujsens of the same service. Those of the own section and language are called directly. */
// @ts-ignore: decorator
@global
export namespace fujsen {
  /** Calls `section.name` with arguments by name: `fujsen.call("users.find", Json.object().set("id", id))`. */
  export function call(name: string, args: Json = Json.object()): Json { return tryCall(name, args).value; }

  export function tryCall(name: string, args: Json = Json.object()): Result<Json> {
    const text = wellFormed(name);
    imports.fujsenCall(changetype<usize>(text), text.length, lowerFields(args), args.isObject ? args.length : 0, RETURN);
    if (load<u8>(RETURN)) return Result.failure<Json>(liftFailure(RETURN + layout.Payload.fujsenCall));
    return Result.success<Json>(liftValue(RETURN + layout.Payload.fujsenCall).asJson());
  }
}

import { RETURN, liftFailure, liftStrings, liftValue } from "./abi";
import { Failure, __tuskThrow } from "./failure";
import * as imports from "./imports";
import { Json } from "./json";
import * as layout from "./layout";
import { ConfigEntryCase as Entry } from "./layout";
import { Result } from "./result";
import { wellFormed } from "./utf16";
import { Value } from "./value";

/** Asks for the key; a plain value is the payload. */
function lookup(key: string): Entry {
  imports.configGet(changetype<usize>(key), key.length, RETURN);
  return <Entry>load<u8>(RETURN);
}

function plain(): Value { return liftValue(RETURN + layout.Payload.configGet); }

function evaluate(key: string): Result<Value | null> {
  imports.configEvaluate(changetype<usize>(key), key.length, RETURN);
  const payload = RETURN + layout.Payload.configEvaluate;
  if (load<u8>(RETURN)) return Result.failure<Value | null>(liftFailure(payload));
  return Result.success<Value | null>(load<u8>(payload) ? liftValue(payload + layout.OptionValue.PAYLOAD) : null);
}

function required(key: string): Value {
  const value = config.get(key);
  if (!value) throw new Failure(500, "the file has no value `" + key + "`: neither in this section nor as a path from the top", "config");
  return value;
}

/**
 * The values of the TSK file: a key of the own section first, then a path such as `service.version`.
 * A value such as `@query("SELECT COUNT(*) FROM users")` is evaluated when it is read. When that fails, the failure says
 * where in the file it stands; it ends the call, except with `tryGet`.
 *
 * What the host alone needs, such as `[databases]`, no fujsen reads: asking for it is a failure, `denied`.
 *
 * Where the file has `[remote_config]`, a value from there comes before the file's own. A call sees one version of all values,
 * from its first read to its end.
 */
// @ts-ignore: decorator
@global
export namespace config {
  /** The value; null when there is none. */
  export function get(key: string): Value | null {
    const text = wellFormed(key);
    const entry = lookup(text);
    if (entry == Entry.Plain) return plain();
    return entry == Entry.Deferred ? evaluate(text).value : null;
  }

  export function tryGet(key: string): Result<Value | null> {
    const text = wellFormed(key);
    const entry = lookup(text);
    if (entry == Entry.Deferred) return evaluate(text);
    return Result.success<Value | null>(entry == Entry.Plain ? plain() : null);
  }

  /** The value as text. Ends the call with a failure when there is none; so do the next four. */
  export function text(key: string): string { return required(key).asText(); }
  export function integer(key: string): i64 { return required(key).asInteger(); }
  export function real(key: string): f64 { return required(key).asReal(); }
  export function boolean(key: string): bool { return required(key).asBoolean(); }
  export function json(key: string): Json { return required(key).asJson(); }

  /** The value as text, or `fallback` when there is none. */
  export function textOr(key: string, fallback: string): string {
    const value = get(key);
    return value ? value.asText() : fallback;
  }

  export function integerOr(key: string, fallback: i64): i64 {
    const value = get(key);
    return value ? value.asInteger() : fallback;
  }

  export function realOr(key: string, fallback: f64): f64 {
    const value = get(key);
    return value ? value.asReal() : fallback;
  }

  export function booleanOr(key: string, fallback: bool): bool {
    const value = get(key);
    return value ? value.asBoolean() : fallback;
  }

  export function jsonOr(key: string, fallback: Json): Json {
    const value = get(key);
    return value ? value.asJson() : fallback;
  }

  /**
   * Everything that is wrong with a configuration, one sentence each; nothing when it is right. `schema` has rules by the
   * path of a value, as `[remote_config.schema]` has them. A schema that is none ends the call: status 400, code `bad-schema`.
   */
  export function validate_config(config: Json, schema: Json): string[] { return tryValidateConfig(config, schema).value; }

  export function tryValidateConfig(config: Json, schema: Json): Result<string[]> {
    const document = wellFormed(config.toString()), rules = wellFormed(schema.toString());
    imports.configValidate(changetype<usize>(document), document.length, changetype<usize>(rules), rules.length, RETURN);
    if (load<u8>(RETURN)) return Result.failure<string[]>(liftFailure(RETURN + layout.Payload.configValidate));
    return Result.success<string[]>(liftStrings(RETURN + layout.Payload.configValidate));
  }
}

import { RETURN, liftFailure, liftValues, lowerValues } from "./abi";
import { Failure, __tuskThrow } from "./failure";
import * as imports from "./imports";
import * as layout from "./layout";
import { Result } from "./result";
import { wellFormed } from "./utf16";
import { Value } from "./value";

function texts(values: Value[]): string[] {
  const list = new Array<string>(values.length);
  for (let i = 0; i < values.length; i++) list[i] = values[i].isNull ? "" : values[i].asText();
  return list;
}

function keyed(key: string, values: string[]): Value[] {
  const list = new Array<Value>(values.length + 1);
  list[0] = Value.text(key);
  for (let i = 0; i < values.length; i++) list[i + 1] = Value.text(values[i]);
  return list;
}

function single(server: string, name: string, args: Value[]): Value {
  const reply = redis.command(server, name, args);
  return reply.length ? reply[0] : Value.nil();
}

function text(server: string, name: string, args: Value[]): string | null {
  const value = single(server, name, args);
  return value.isNull ? null : value.asText();
}

function integer(server: string, name: string, args: Value[]): i64 {
  return single(server, name, args).asInteger();
}

/** One member of a hash. */
// @ts-ignore: decorator
@global
export class HashField {
  constructor(
    readonly name: string,
    readonly value: string
  ) {}
}

/** What a blocking pop took from which list. */
// @ts-ignore: decorator
@global
export class Popped {
  constructor(
    readonly key: string,
    readonly value: string
  ) {}
}

function blockingPop(server: string, name: string, keys: string[], seconds: f64): Popped | null {
  const args = new Array<Value>(keys.length + 1);
  for (let i = 0; i < keys.length; i++) args[i] = Value.text(keys[i]);
  args[keys.length] = Value.real(seconds);
  const reply = redis.command(server, name, args);
  return reply.length < 2 ? null : new Popped(reply[0].asText(), reply[1].asText());
}

/**
 * Redis servers. `server` is a key of `[redis]`, the key of a value that is a `redis://` URL, or such a URL itself.
 * A failing command ends the call; `tryCommand` gives the failure instead.
 */
// @ts-ignore: decorator
@global
export namespace redis {
  /** Any command of the host's list. A scalar reply is a list of one, nil is a null, nested lists are flattened. */
  export function command(server: string, name: string, args: Value[] = []): Value[] {
    return tryCommand(server, name, args).value;
  }

  export function tryCommand(server: string, name: string, args: Value[] = []): Result<Value[]> {
    const where = wellFormed(server), verb = wellFormed(name);
    imports.redisCommand(
      changetype<usize>(where), where.length, changetype<usize>(verb), verb.length, lowerValues(args), args.length, RETURN
    );
    if (load<u8>(RETURN)) return Result.failure<Value[]>(liftFailure(RETURN + layout.Payload.redisCommand));
    return Result.success<Value[]>(liftValues(RETURN + layout.Payload.redisCommand));
  }

  /** Null when there is no such key. */
  export function get(server: string, key: string): string | null { return text(server, "GET", keyed(key, [])); }
  export function set(server: string, key: string, value: string): void { command(server, "SET", keyed(key, [value])); }

  /** Sets a key that expires. */
  export function setEx(server: string, key: string, value: string, seconds: i64): void {
    command(server, "SET", [Value.text(key), Value.text(value), Value.text("EX"), Value.integer(seconds)]);
  }

  /** Whether the key was there. */
  export function del(server: string, key: string): bool { return integer(server, "DEL", keyed(key, [])) > 0; }
  export function exists(server: string, key: string): bool { return integer(server, "EXISTS", keyed(key, [])) > 0; }

  export function incr(server: string, key: string): i64 { return integer(server, "INCR", keyed(key, [])); }
  export function incrBy(server: string, key: string, by: i64): i64 {
    return integer(server, "INCRBY", [Value.text(key), Value.integer(by)]);
  }
  export function decr(server: string, key: string): i64 { return integer(server, "DECR", keyed(key, [])); }

  /** Whether the key was there. */
  export function expire(server: string, key: string, seconds: i64): bool {
    return integer(server, "EXPIRE", [Value.text(key), Value.integer(seconds)]) > 0;
  }

  /** Seconds left; -1 for a key that does not expire, -2 when there is no such key. */
  export function ttl(server: string, key: string): i64 { return integer(server, "TTL", keyed(key, [])); }

  /** Whether the field is new. */
  export function hset(server: string, key: string, field: string, value: string): bool {
    return integer(server, "HSET", keyed(key, [field, value])) > 0;
  }
  export function hget(server: string, key: string, field: string): string | null {
    return text(server, "HGET", keyed(key, [field]));
  }
  export function hgetall(server: string, key: string): HashField[] {
    const reply = command(server, "HGETALL", keyed(key, []));
    const fields: HashField[] = [];
    for (let i = 0; i + 1 < reply.length; i += 2) fields.push(new HashField(reply[i].asText(), reply[i + 1].asText()));
    return fields;
  }
  export function hdel(server: string, key: string, field: string): bool {
    return integer(server, "HDEL", keyed(key, [field])) > 0;
  }
  export function hincrBy(server: string, key: string, field: string, by: i64): i64 {
    return integer(server, "HINCRBY", [Value.text(key), Value.text(field), Value.integer(by)]);
  }

  /** The list's new length. */
  export function lpush(server: string, key: string, value: string): i64 { return integer(server, "LPUSH", keyed(key, [value])); }
  export function rpush(server: string, key: string, value: string): i64 { return integer(server, "RPUSH", keyed(key, [value])); }
  export function lpop(server: string, key: string): string | null { return text(server, "LPOP", keyed(key, [])); }
  export function rpop(server: string, key: string): string | null { return text(server, "RPOP", keyed(key, [])); }
  export function llen(server: string, key: string): i64 { return integer(server, "LLEN", keyed(key, [])); }

  /** The elements from `start` to `stop`, both included; negative positions count from the end. */
  export function lrange(server: string, key: string, start: i64, stop: i64): string[] {
    return texts(command(server, "LRANGE", [Value.text(key), Value.integer(start), Value.integer(stop)]));
  }

  /** Waits for an element, within what is left of the call's time; null when none came. */
  export function blpop(server: string, keys: string[], seconds: f64): Popped | null {
    return blockingPop(server, "BLPOP", keys, seconds);
  }
  export function brpop(server: string, keys: string[], seconds: f64): Popped | null {
    return blockingPop(server, "BRPOP", keys, seconds);
  }

  /** Moves an element from one list's `from` end to another's `to` end (`LEFT` or `RIGHT`), waiting for it. */
  export function blmove(server: string, source: string, destination: string, from: string, to: string, seconds: f64): string | null {
    const args = keyed(source, [destination, from, to]);
    args.push(Value.real(seconds));
    return text(server, "BLMOVE", args);
  }

  /** Whether the member is new. */
  export function sadd(server: string, key: string, member: string): bool { return integer(server, "SADD", keyed(key, [member])) > 0; }
  export function srem(server: string, key: string, member: string): bool { return integer(server, "SREM", keyed(key, [member])) > 0; }
  export function smembers(server: string, key: string): string[] { return texts(command(server, "SMEMBERS", keyed(key, []))); }
  export function sismember(server: string, key: string, member: string): bool {
    return integer(server, "SISMEMBER", keyed(key, [member])) > 0;
  }

  /** How many subscribers got the message. */
  export function publish(server: string, channel: string, message: string): i64 {
    return integer(server, "PUBLISH", keyed(channel, [message]));
  }
}

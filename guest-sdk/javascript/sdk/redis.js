import { redisCommand } from "tusk:host";
import { apply, max, ownKeys, put, slice, trunc } from "./primordials.js";

const milliseconds = (seconds) => max(trunc(seconds * 1000), 1);

/** A name and a list as one list. */
function before(first, rest) {
  const list = [first];
  for (let i = 0; i < rest.length; i++) list[i + 1] = rest[i];
  return list;
}

/** A Redis server: a key of `[redis]`, the key of a value that is a `redis://` URL, or such a URL itself. */
export class RedisServer {
  #name;

  constructor(name) { this.#name = `${name}`; }

  command(verb, args = []) { return redisCommand(this.#name, `${verb}`, args); }

  get(key) { return this.#one("GET", [key]); }
  set(key, value) { this.command("SET", [key, value]); }
  setEx(key, value, seconds) { this.command("SET", [key, value, "PX", milliseconds(seconds)]); }
  del(...keys) { return this.#one("DEL", keys); }
  exists(key) { return this.#is("EXISTS", [key]); }
  incr(key) { return this.#one("INCR", [key]); }
  incrBy(key, by) { return this.#one("INCRBY", [key, by]); }
  decr(key) { return this.#one("DECR", [key]); }
  expire(key, seconds) { return this.#is("PEXPIRE", [key, milliseconds(seconds)]); }
  ttl(key) { return this.#one("TTL", [key]); }

  hset(key, field, value) { return this.#is("HSET", [key, field, value]); }
  hget(key, field) { return this.#one("HGET", [key, field]); }
  hdel(key, field) { return this.#is("HDEL", [key, field]); }
  hincrBy(key, field, by) { return this.#one("HINCRBY", [key, field, by]); }

  hgetall(key) {
    const fields = {}, reply = this.command("HGETALL", [key]);
    for (let i = 0; i + 1 < reply.length; i += 2) put(fields, `${reply[i]}`, reply[i + 1]);
    return fields;
  }

  lpush(key, ...values) { return this.#one("LPUSH", before(key, values)); }
  rpush(key, ...values) { return this.#one("RPUSH", before(key, values)); }
  lpop(key) { return this.#one("LPOP", [key]); }
  rpop(key) { return this.#one("RPOP", [key]); }
  llen(key) { return this.#one("LLEN", [key]); }
  lrange(key, start, stop) { return this.command("LRANGE", [key, start, stop]); }
  blpop(keys, seconds) { return this.#pop("BLPOP", keys, seconds); }
  brpop(keys, seconds) { return this.#pop("BRPOP", keys, seconds); }
  blmove(source, destination, from, to, seconds) { return this.#one("BLMOVE", [source, destination, from, to, seconds]); }

  sadd(key, member) { return this.#is("SADD", [key, member]); }
  srem(key, member) { return this.#is("SREM", [key, member]); }
  smembers(key) { return this.command("SMEMBERS", [key]); }
  sismember(key, member) { return this.#is("SISMEMBER", [key, member]); }

  publish(channel, message) { return this.#one("PUBLISH", [channel, message]); }

  #one(verb, args) { return this.command(verb, args)[0] ?? null; }
  #is(verb, args) { return this.#one(verb, args) > 0; }

  #pop(verb, keys, seconds) {
    const args = typeof keys === "string" ? [keys] : slice(keys);
    args[args.length] = seconds;
    const reply = this.command(verb, args);
    return reply.length < 2 ? null : { key: reply[0], value: reply[1] };
  }
}

/** `redis.server("cache").get(key)`, and the same with the server first: `redis.get("cache", key)`. */
export const redis = { server: (name) => new RedisServer(name) };

for (const verb of ownKeys(RedisServer.prototype)) {
  if (verb !== "constructor") redis[verb] = (server, ...args) => apply(RedisServer.prototype[verb], new RedisServer(server), args);
}

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { compile } from "./compile.mjs";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(match => match[1]);

test("the README has examples", () => assert.ok(examples.length > 3));
examples.forEach((text, i) =>
  test(`README example ${i + 1} compiles`, async () => {
    assert.deepEqual((await compile({ "example.ts": text })).errors, []);
  }),
);

test("every name of the SDK can be imported and shadowed", async () => {
  const text = `import { sql, Json } from "tusk-sdk";
class Request { id: i32 = 0; }
export function time(config: i32): Json { return Json.object().set("a", new Request()).set("b", sql.query("m", "s").length); }`;
  assert.deepEqual((await compile({ "a.ts": text })).errors, []);
});

test("every function of redis, state, http and grpc compiles", async () => {
  const text = `class Item { id: i32 = 0; }
export function all(s: string): Json {
  redis.set(s, "k", "v"); redis.setEx(s, "k", "v", 1); redis.get(s, "k"); redis.del(s, "k"); redis.exists(s, "k");
  redis.incr(s, "k"); redis.incrBy(s, "k", 2); redis.decr(s, "k"); redis.expire(s, "k", 1); redis.ttl(s, "k");
  redis.hset(s, "k", "f", "v"); redis.hget(s, "k", "f"); redis.hdel(s, "k", "f"); redis.hincrBy(s, "k", "f", 1);
  redis.lpush(s, "k", "v"); redis.rpush(s, "k", "v"); redis.lpop(s, "k"); redis.rpop(s, "k"); redis.llen(s, "k");
  redis.blpop(s, ["k"], 1); redis.brpop(s, ["k"], 1); redis.blmove(s, "a", "b", "LEFT", "RIGHT", 1);
  redis.sadd(s, "k", "v"); redis.srem(s, "k", "v"); redis.sismember(s, "k", "v"); redis.publish(s, "c", "m");
  state.set(s, [1]); state.trySet(s, new Item(), 5); state.get(s); state.delete(s); state.increment(s, -1, 5); state.expire(s, 0);
  state.expiresIn(s); state.compareAndSet(s, 1.5, Json.nil()); state.tryGet(s); state.tryDelete(s); state.tryIncrement(s);
  state.tryExpire(s, 5); state.tryExpiresIn(s); state.tryCompareAndSet(s, new Item(), "x", 5);
  http.get(s); http.put(s, 1); http.patch(s, "x"); http.delete(s); http.tryGet(s); http.tryDelete(s); http.tryPut(s, [1]);
  grpc.call(s, s, new Item()); grpc.tryStream(s, s, Json.nil()); grpc.request(s, s).bearer(s).timeout(1).call().metadata(s);
  return Json.array().push(redis.smembers(s, "k")).push(redis.lrange(s, "k", 0, -1)).push(redis.hgetall(s, "k").length).push(Math.random());
}`;
  assert.deepEqual((await compile({ "a.ts": text })).errors, []);
});

const refused = {
  "Date.now": ["export function a(): i64 { return Date.now(); }", "a.ts:1: a fujsen cannot use Date.now: use time.now()"],
  console: ["export function a(): void {\n  console.log(\"x\"); }", "a.ts:2: a fujsen cannot use console.log: use log.info(…)"],
  trace: ["export function a(): void { trace(\"x\"); }", "a.ts:1: a fujsen cannot use trace: use log.debug(…)"],
  process: ["export function a(): void {\n\n  process.exit(1); }", "a.ts:3: a fujsen cannot use process.exit: use config for settings"],
  performance: ["export function a(): f64 { return performance.now(); }", "a.ts:1: a fujsen cannot use performance.now: use time.monotonic()"],
  crypto: ["export function a(): void { crypto.getRandomValues(new Uint8Array(1)); }", "a.ts:1: a fujsen cannot use crypto.getRandomValues: use crypto.random(length)"],
  "console in a helper": ["function b(): void { console.error(\"x\"); }\nexport function a(): void { b(); }", "a.ts:1: a fujsen cannot use console.error: use log.info(…)"],
  generics: ["export function a(x: Map<string, i32>): void {}", "this type cannot be read from JSON"],
};
for (const [name, [text, message]] of Object.entries(refused)) {
  test(`${name} is refused with the alternative`, async () => {
    const { errors } = await compile({ "a.ts": text });
    assert.ok(errors.some(error => error.includes(message)), errors.join("\n"));
  });
}

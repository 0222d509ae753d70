import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import { compile } from "./compile.mjs";
import { Module } from "./module.mjs";

const fixture = name => readFileSync(new URL(`fixtures/${name}`, import.meta.url), "utf8");
const { wasm, errors } = await compile({ "kinds.ts": fixture("kinds.ts"), "hosts.ts": fixture("hosts.ts") });
assert.deepEqual(errors, []);
const load = answers => Module.load(wasm, answers);
const body = reply => reply.body;

test("descriptors say what the source says", async () => {
  const { descriptors, encoding, imports } = await load();
  assert.equal(encoding, "utf16");
  assert.ok(imports.every(({ module }) => module.startsWith("tusk:fujsen/")));
  const defaults = descriptors.find(({ name }) => name === "defaults");
  assert.deepEqual(defaults, {
    name: "defaults",
    doc: "GET /defaults\nsecond line",
    file: "kinds.ts",
    line: 23,
    params: [
      { name: "limit", type: "integer", source: "i32", optional: true, default: 50, min: -2147483648, max: 2147483647 },
      { name: "twice", type: "integer", source: "Count", optional: true },
      { name: "filter", type: "text", source: "string | null", optional: true },
      { name: "word", type: "text", source: "string", optional: true, default: "a\"b" },
    ],
    result: "Json",
  });
  const kinds = Object.fromEntries(descriptors.map(({ name, params }) => [name, params.map(({ type }) => type).join()]));
  assert.equal(kinds.scalars, "boolean,integer,integer,real,text,bytes,json");
  assert.equal(kinds.request, "request");
  assert.equal(kinds.color, "integer");
  assert.equal(kinds.echo, "json");
  assert.equal(kinds.helper, undefined);
});

test("arguments, defaults and results cross", async () => {
  const module = await load();
  const scalars = [["boolean", true], ["integer", 7], ["integer", -9007199254740993n], ["integer", 2], ["text", "é😀"], ["bytes", Buffer.from([1, 2])], ["json", "[1,{\"a\":null}]"]];
  assert.deepEqual(body(module.call("scalars", ...scalars)), ["json", '[true,7,-9007199254740993,2.0,"é😀",2,[1,{"a":null}]]']);
  const missing = [["null"], ["null"], ["null"], ["null"]];
  assert.deepEqual(body(module.call("defaults", ...missing)), ["json", '{"limit":50,"twice":100,"filter":null,"word":"a\\"b"}']);
  assert.deepEqual(body(module.call("defaults", ["integer", 1], ["null"], ["text", "x"], ["text", ""])), ["json", '{"limit":1,"twice":2,"filter":"x","word":""}']);
  assert.deepEqual(body(module.call("color", ["integer", 1])), ["integer", 1n]);
  assert.deepEqual(module.call("nothing"), { status: 0, headers: [], body: ["null"] });
  assert.deepEqual(module.call("created", ["text", "t"]), { status: 201, headers: [], body: ["json", '{"name":"t"}'] });
  assert.deepEqual(module.call("answer"), {
    status: 418,
    headers: [["content-type", "text/html; charset=utf-8"], ["x-a", "b"]],
    body: ["text", "<p>"],
  });
});

test("classes come from JSON and become JSON", async () => {
  const module = await load();
  const user = '{"name":"n","id":9007199254740993,"tags":["a","b"],"address":{"street":"s\\n"},"level":2,"kind":"k"}';
  assert.deepEqual(body(module.call("echo", ["json", user])), [
    "json",
    '{"name":"n","id":9007199254740994,"tags":["a","b"],"address":{"street":"s\\n","zip":-1},"scores":null,"level":2,"kind":"k"}',
  ]);
  assert.deepEqual(module.failing("echo", ["json", '{"id":1,"tags":["a",2]}']), ["fail", 400, "type", "`user.tags[1]`: expected a text, found an integer"]);
  assert.deepEqual(module.failing("echo", ["json", "{}"]), ["fail", 400, "type", "`user.id`: is missing"]);
  assert.deepEqual(module.failing("echo", ["json", "{"]).slice(0, 3), ["fail", 400, "json"]);
  assert.deepEqual(body(module.call("inherit")), ["json", '{"a":1,"b":2}']);
});

test("arguments that do not fit are refused by name", async () => {
  const module = await load();
  assert.deepEqual(module.failing("color", ["integer", 5000000000n]), ["fail", 400, "type", "`color`: 5000000000 is out of range"]);
  assert.deepEqual(module.failing("created", ["null"]), ["fail", 400, "argument", "argument `name`: is missing"]);
  assert.deepEqual(module.failing("created", ["integer", 1]), ["fail", 400, "argument", "argument `name`: expected a text, found an integer"]);
  assert.deepEqual(module.failing("unknown"), ["fail", 500, "no-fujsen", "this module has no fujsen `unknown`"]);
});

test("failures and panics say what and where", async () => {
  const module = await load();
  assert.deepEqual(module.failing("missing"), ["fail", 404, "not-found", "no such thing"]);
  assert.deepEqual(module.failing("crash", ["integer", 7]), ["panic", "Index out of range", "kinds.ts", 67, 17]);
  assert.deepEqual(module.failing("crash", ["integer", 70]), ["panic", "too big", "kinds.ts", 72, 21]);
});

test("texts with surrogates, escapes and size survive", async () => {
  const module = await load();
  for (const text of ["", "a", "é😀\0", "x".repeat(100_000), "😀".repeat(50_000)]) {
    assert.deepEqual(body(module.call("same", ["text", text])), ["text", text]);
    assert.deepEqual(JSON.parse(body(module.call("throughJson", ["text", text]))[1]), [text]);
  }
  const hard = '"\\/\b\f\n\r\t\u0001😀';
  assert.deepEqual(JSON.parse(body(module.call("throughJson", ["text", hard]))[1]), [hard]);
  assert.deepEqual(body(module.call("parse", ["text", '"\\ud83d\\ude00\\u0041\\/"'])), ["text", "😀A/"]);
  assert.deepEqual(body(module.call("parse", ["text", '"\\ud83d"'])), ["text", "\ufffd"]);
  assert.deepEqual(body(module.call("parse", ["text", '["\\ude00\\ud83d x"]'])), ["json", '["\ufffd\ufffd x"]']);
});

test("JSON is read as its standard says", async () => {
  const module = await load();
  const good = ["0", "-0", "1e3", "[ ]", " { } ", '{"a":[true,false,null]}', "9223372036854775807", "-9223372036854775808", "0.1", "1E-2"];
  for (const text of good) assert.doesNotThrow(() => module.call("parse", ["text", text]), text);
  const bad = ["", "01", "1.", "-", "+1", "[1,]", "{,}", '{"a"}', '{"a":1,}', "nul", '"a', '"\\x"', '"\\u12"', "1 2", '"\n"', "[".repeat(1000), "\u00a01"];
  for (const text of bad) assert.deepEqual((await load()).failing("parse", ["text", text]).slice(0, 3), ["fail", 500, "json"], text);
  const members = Array.from({ length: 500 }, (_, i) => `"k${i}":${i}`).join();
  assert.equal(body(module.call("parse", ["text", `{${members}}`]))[1], `{${members}}`);
});

test("integers of 64 bits stay whole, and what is longer keeps its digits", async () => {
  const module = await load();
  const most = 18446744073709551615n;
  for (const text of ["9223372036854775808", `${most}`, "18446744073709551616", "-9223372036854775809", "1".repeat(300)]) {
    assert.deepEqual(body(module.call("parse", ["text", text])), ["json", text]);
    assert.deepEqual(body(module.call("parse", ["text", `[{"a":${text}}]`])), ["json", `[{"a":${text}}]`]);
  }
  assert.deepEqual(body(module.call("parse", ["text", "-9223372036854775808"])), ["integer", -9223372036854775808n]);
  for (const given of [["json", `${most}`], ["json", "9223372036854775808"]]) {
    assert.deepEqual(body(module.call("unsigned", given)), ["json", given[1]]);
    assert.deepEqual(body(module.call("nested", ["json", `{"n":${given[1]},"list":[${given[1]}]}`])),
      ["json", `{"n":${given[1]},"list":[${given[1]}],"value":${given[1]},"json":${given[1]},"sum":${BigInt(given[1]) - 1n}}`]);
  }
  assert.deepEqual(body(module.call("unsigned", ["integer", 7])), ["integer", 7n]);
  assert.deepEqual(module.failing("unsigned", ["integer", -1]), ["fail", 400, "type", "`n`: -1 is out of range"]);
  assert.deepEqual(module.failing("unsigned", ["json", "{}"]).slice(0, 3), ["fail", 400, "type"]);
  assert.deepEqual(module.failing("unsigned", ["json", "18446744073709551616"]).slice(0, 3), ["fail", 400, "type"]);
  assert.deepEqual(module.failing("nested", ["json", '{"n":18446744073709551616,"list":[]}']).slice(0, 3), ["fail", 400, "type"]);
  assert.deepEqual(module.failing("signed", ["json", "[9223372036854775808]"]),
    ["fail", 400, "type", "expected an integer of 64 bits, found 9223372036854775808"]);
  // A real that stands for several integers is none of them.
  assert.deepEqual(module.failing("signed", ["json", "[9007199254740993.0]"]).slice(0, 3), ["fail", 400, "type"]);
  assert.deepEqual(body(module.call("signed", ["json", "[4503599627370496.0]"])), ["integer", 4503599627370496n]);
});

test("reals come back as they were", async () => {
  const module = await load();
  const view = new DataView(new ArrayBuffer(8));
  let seed = 1n;
  const hard = ["2.2250738585072011e-308", "9007199254740993", "9007199254740992.9999", `9007199254740993.${"0".repeat(900)}1`, "1.7976931348623158e308",
    "4.9406564584124654e-324", "2.4703282292062328e-324", "2.4703282292062327e-324", `0.${"0".repeat(400)}1e401`, "1e-400", "179769313486231580793728971405301e276"];
  for (const text of hard) assert.equal(JSON.parse(body(module.call("half", ["json", `[${text}]`]))[1])[0], Number(text) / 2, text);
  for (const text of ["1e309", "1.7976931348623159e308", "-1e999999999999", "1".repeat(310)]) {
    assert.deepEqual((await load()).failing("parse", ["text", text]).slice(0, 3), ["fail", 500, "json"], text);
  }
  const reals = [0.1, 1e21, 1e-7, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 123456789.123456789, 4503599627370497.5];
  while (reals.length < 3000) {
    seed = (seed * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    view.setBigUint64(0, seed);
    if (Number.isFinite(view.getFloat64(0))) reals.push(view.getFloat64(0));
  }
  const wrong = reals.filter(real => JSON.parse(body(module.call("parse", ["text", `[${real}]`]))[1])[0] !== real);
  assert.deepEqual(wrong, []);
});

test("bytes are base64 in JSON and themselves alone", async () => {
  const module = await load();
  for (let length = 0; length < 9; length++) {
    const bytes = Buffer.from(Array.from({ length }, (_, i) => (i * 97 + 251) & 255));
    const text = bytes.toString("base64");
    assert.deepEqual(body(module.call("bytesInside", ["bytes", bytes])),
      ["json", `{"a":"${text}","b":"${text}","value":"${text}","json":"${text}"}`]);
    assert.deepEqual(body(module.call("bytesBack", ["json", `{"a":"${text}","b":"${text}"}`])), ["bytes", bytes.toString("hex")]);
    assert.deepEqual(body(module.call("anything", ["bytes", bytes])), ["text", text]);
  }
  for (const bad of ["A", "AA", "AAA", "AA=A", "AB==", "AAB=", "AA!=", "====", "AAAA====", "é==="]) {
    assert.deepEqual(module.failing("bytesBack", ["json", `{"a":"${bad}","b":""}`]),
      ["fail", 400, "type", "`files.a`: expected base64, found another text"], bad);
  }
  assert.deepEqual(module.failing("bytesBack", ["json", '{"a":[1],"b":""}']).slice(0, 3), ["fail", 400, "type"]);
});

test("whose mistake it is decides the status", async () => {
  const send = text => ({
    send(module, at) {
      module.view.setUint8(at, 0);
      module.view.setUint16(at + 8, 200, true);
      module.lowerList([], 16, () => {}, at + 12);
      module.lowerBytes(Buffer.from(text, "latin1"), at + 20);
      module.lowerString("http://x/?key=s3cret", at + 28);
      module.view.setBigUint64(at + 40, 1n, true);
    },
  });
  const mine = await load();
  assert.deepEqual(mine.failing("parse", ["text", "<p>"]).slice(0, 3), ["fail", 500, "json"]);
  assert.deepEqual(mine.failing("member", ["json", '{"a":"x"}']), ["fail", 400, "type", "expected an integer of 64 bits, found a text"]);
  assert.deepEqual(mine.failing("member", ["json", "{}"]), ["fail", 400, "type", "expected an integer of 64 bits, found null"]);
  assert.deepEqual(mine.failing("shaped", ["json", '[{"name":1}]']), ["fail", 400, "type", "`[0].name`: expected a text, found an integer"]);
  assert.deepEqual(mine.failing("ownMember").slice(0, 2), ["fail", 500]);
  for (const text of ["<html>", "", "{\"a\":", "\xff\xfe"]) {
    const failure = (await load(send(text))).failing("upstream");
    assert.deepEqual(failure.slice(0, 2), ["fail", 502], text);
    assert.ok(!failure[3].includes("s3cret"));
  }
  assert.deepEqual((await load(send('{"a":1.5}'))).failing("upstream"), ["fail", 502, "type", "the answer of a server: expected an integer of 64 bits, found a number"]);
  assert.deepEqual((await load(send("{}"))).failing("upstream").slice(0, 2), ["fail", 502]);
  assert.deepEqual(body((await load(send('{"a":1}'))).call("upstream")), ["integer", 1n]);
});

test("an instance is reused without a leak", async () => {
  const module = await load();
  module.call("garbage");
  for (let i = 0; i < 500; i++) module.call("garbage");
  const pages = module.exports.memory.buffer.byteLength;
  for (let i = 0; i < 100_000; i++) module.call("same", ["text", "abc"]);
  for (let i = 0; i < 500; i++) module.call("garbage");
  assert.equal(module.exports.memory.buffer.byteLength, pages);
  assert.deepEqual(body(module.call("count")), ["integer", 1n]);
  assert.deepEqual(body(module.call("count")), ["integer", 2n]);
});

const failure = (module, at, status, code, message) => {
  module.view.setUint16(at, status, true);
  module.lowerString(code, at + 4);
  module.lowerString(message, at + 12);
};

test("sql, redis and calls give values and failures", async () => {
  let fails = false;
  const seen = [];
  const module = await load({
    query(module, at, ...request) {
      seen.push(request);
      module.view.setUint8(at, fails ? 1 : 0);
      if (fails) return failure(module, at + 4, 503, "busy", "locked");
      module.lowerList(["id", "name"], 8, (name, item) => module.lowerString(name, item), at + 4);
      const row = [["integer", 3], ["text", "é😀"]];
      module.lowerList([row, row], 8, (cells, item) => module.lowerList(cells, 16, (cell, slot) => module.lowerValue(cell, slot), item), at + 12);
    },
    execute(module, at) {
      module.view.setUint8(at, 0);
      module.view.setBigUint64(at + 8, 2n, true);
      module.view.setBigInt64(at + 16, 42n, true);
    },
    begin: (module, at) => module.view.setUint8(at, 0),
    commit: (module, at) => module.view.setUint8(at, 0),
    rollback: (module, at) => module.view.setUint8(at, 0),
    redis(module, at, server, name, args) {
      seen.push([server, name, args]);
      module.view.setUint8(at, 0);
      module.lowerList([["text", "a"], ["null"]], 16, (value, item) => module.lowerValue(value, item), at + 4);
    },
    call(module, at, name, args) {
      seen.push([name, args]);
      module.view.setUint8(at, 0);
      module.lowerValue(["json", '{"x":1}'], at + 8);
    },
    config(module, at, key) {
      module.view.setUint8(at, { limit: 1, count: 2 }[key] ?? 0);
      if (key === "limit") module.lowerValue(["integer", 9], at + 8);
    },
    evaluate(module, at, key) {
      assert.equal(key, "count");
      module.view.setUint8(at, fails ? 1 : 0);
      if (fails) return failure(module, at + 8, 503, "busy", "locked");
      module.view.setUint8(at + 8, 1);
      module.lowerValue(["integer", 3], at + 16);
    },
    validate(module, at, document, schema) {
      seen.push([document, schema]);
      module.view.setUint8(at, schema === "[]" ? 1 : 0);
      if (schema === "[]") return failure(module, at + 4, 400, "bad-schema", "a schema is an object");
      module.lowerList(["one 😀", "two"], 8, (error, item) => module.lowerString(error, item), at + 4);
    },
  });
  assert.deepEqual(body(module.call("rows")), ["json", '[{"id":3,"name":"é😀"},{"id":3,"name":"é😀"}]']);
  assert.deepEqual(seen[0], ["main", "SELECT ?", [["integer", 1n], ["text", "t"], ["null"], ["bytes", "0102"], ["real", 0.5]]]);
  assert.deepEqual(body(module.call("insert")), ["json", "[2,42]"]);
  assert.deepEqual(body(module.call("cached")), ["text", "a"]);
  assert.deepEqual(seen.at(-1), ["cache", "GET", [["text", "k"]]]);
  assert.deepEqual(body(module.call("other")), ["integer", 1n]);
  assert.deepEqual(seen.at(-1), ["users.find", [["id", "integer", 1n]]]);
  assert.deepEqual(body(module.call("settings")), ["json", '[9,5]']);
  assert.deepEqual(module.failing("required").slice(0, 3), ["fail", 500, "config"]);
  assert.deepEqual(body(module.call("evaluated")), ["integer", 3n]);
  assert.deepEqual(body(module.call("attempted")), ["text", "3"]);
  assert.deepEqual(body(module.call("checked")), ["json", '["one 😀","two"]']);
  assert.deepEqual(seen.at(-1), ['{"é":0}', '{"a":{}}']);
  assert.deepEqual(body(module.call("unchecked")), ["text", "400 bad-schema: a schema is an object"]);
  fails = true;
  assert.deepEqual(body(module.call("tried")), ["text", "503 busy: locked"]);
  assert.deepEqual(body(module.call("attempted")), ["text", "503 busy: locked"]);
  assert.deepEqual(module.failing("evaluated"), ["fail", 503, "busy", "locked"]);
  assert.deepEqual(module.failing("rows"), ["fail", 503, "busy", "locked"]);
});

test("events are published, and noted once", async () => {
  let fails = false;
  const seen = [];
  const module = await load({
    publish(module, at, ...event) {
      seen.push(event);
      module.view.setUint8(at, fails ? 1 : 0);
      if (fails) failure(module, at + 4, 503, "full", "no room");
      else module.lowerString(`id-${seen.length}`, at + 4);
    },
    execute(module, at, database, statement, parameters) {
      seen.push([database, statement.split(" ")[0], parameters]);
      module.view.setUint8(at, 0);
      module.view.setBigInt64(at + 8, 1n, true);
      module.view.setBigInt64(at + 16, 0n, true);
    },
  });
  assert.deepEqual(body(module.call("published")), ["json", '["id-1","id-2",true]']);
  assert.deepEqual(seen, [
    ["made", '{"name":"é"}', "mail", "7", "own"],
    ["plain", '{"n":1}', null, null, null],
    ["main", "CREATE", []],
    ["main", "INSERT", [["text", "e1"], ["integer", 1700000000n]]],
  ]);
  fails = true;
  assert.deepEqual(body(module.call("unpublished")), ["text", "503 full: no room"]);
});

test("state crosses in words", async () => {
  let fails = false;
  const seen = [];
  const answer = (offset, write) => (module, at, ...request) => {
    seen.push(request);
    module.view.setUint8(at, fails ? 1 : 0);
    if (fails) failure(module, at + offset, 503, "full", "no room");
    else write?.(module, at + offset, ...request);
  };
  const yes = (module, at) => module.view.setUint8(at, 1);
  const module = await load({
    stateGet: answer(8, (module, at) => module.lowerValue(["text", "é😀"], at)),
    stateSet: answer(4),
    stateDelete: answer(4, yes),
    stateIncrement: answer(8, (module, at) => module.view.setBigInt64(at, -7n, true)),
    stateSwap: answer(4, yes),
    stateExpire: answer(4, (module, at) => module.view.setUint8(at, 0)),
    stateExpiresIn: answer(8, (module, at, key) => {
      module.view.setUint8(at, key === "k" ? 1 : 0);
      module.view.setBigUint64(at + 8, 99n, true);
    }),
  });
  assert.deepEqual(body(module.call("remembered")), ["json", '["é😀",true,-7,true,false,99,-1]']);
  assert.deepEqual(seen.slice(0, 5), [
    ["k", ["text", "é😀"], null],
    ["r", ["real", 0.5], 250n],
    ["j", ["json", "[1]"], null],
    ["n", ["null"], null],
    ["aaa", ["integer", -9223372036854775808n], ["boolean", true], 1n],
  ]);
  fails = true;
  seen.length = 0;
  assert.deepEqual(body(module.call("full")), ["text", Array(4).fill("503 full: no room").join(", ")]);
  assert.deepEqual(seen[2], ["k", -5n, 9n]);
});

test("http requests and responses cross", async () => {
  let request, service = null;
  const module = await load({
    send(module, at, sent) {
      request = sent;
      module.view.setUint8(at, 0);
      module.view.setUint16(at + 8, 201, true);
      module.lowerList([["Content-Type", "application/json"]], 16, ([name, value], item) => {
        module.lowerString(name, item);
        module.lowerString(value, item + 8);
      }, at + 12);
      module.lowerBytes(Buffer.from('{"é":"😀"}'), at + 20);
      module.lowerString("http://x/", at + 28);
      module.view.setBigUint64(at + 40, 1500n, true);
    },
    incoming(module, at) {
      module.view.setUint8(at, 1);
      module.lowerString("PUT", at + 4);
      module.lowerString("/a", at + 12);
      module.lowerList([], 16, () => {}, at + 20);
      module.lowerList([["q", "1"]], 16, ([name, value], item) => {
        module.lowerString(name, item);
        module.lowerString(value, item + 8);
      }, at + 28);
      module.lowerList([], 16, () => {}, at + 36);
      module.lowerBytes(Buffer.from("body"), at + 44);
      module.view.setUint8(at + 52, service === null ? 0 : 1);
      if (service !== null) module.lowerString(service, at + 56);
    },
  });
  assert.deepEqual(body(module.call("fetch")), ["json", '[201,true,"application/json",{"é":"😀"},1.5,"http://x/"]']);
  assert.deepEqual(request, {
    method: "POST",
    url: "http://x/y",
    headers: [["content-type", "application/json"]],
    body: '{"name":"é"}',
    timeout: 250,
    redirects: 5,
  });
  assert.deepEqual(body(module.call("request", ["null"])), ["json", '["PUT","/a","1",null,"body",null]']);
  service = "orders";
  assert.deepEqual(body(module.call("request", ["null"])), ["json", '["PUT","/a","1",null,"body","orders"]']);
  module.call("logged");
  assert.deepEqual(module.events[0], ["log", 1, "hello 😀", [["id", "integer", 1n], ["nested", "json", "[1]"]]]);
});

test("gRPC calls and streams cross", async () => {
  const asked = [];
  const metadata = (module, pairs, at) =>
    module.lowerList(pairs, 16, ([name, value], item) => {
      module.lowerString(name, item);
      module.lowerString(value, item + 8);
    }, at);
  let fails = false;
  const failure = (module, at) => {
    module.view.setUint8(at, 1);
    module.view.setUint16(at + 4, 404, true);
    module.lowerString("not-found", at + 8);
    module.lowerString("no user", at + 16);
  };
  const module = await load({
    grpcCall(module, at, ...args) {
      asked.push(args);
      if (fails) return failure(module, at);
      module.view.setUint8(at, 0);
      module.lowerString('{"é":"😀"}', at + 4);
      metadata(module, [["y", "2"]], at + 12);
    },
    grpcStream(module, at, ...args) {
      asked.push(args);
      if (fails) return failure(module, at);
      module.view.setUint8(at, 0);
      module.lowerList(["{}", '{"n":1}'], 8, (text, item) => module.lowerString(text, item), at + 4);
      module.view.setUint8(at + 12, args.at(-1) ? 1 : 0);
      metadata(module, [["Z", "3"]], at + 16);
    },
  });
  assert.deepEqual(body(module.call("remote")), ["json", '[{"é":"😀"},"2",2,{"n":1},true,"3",2]']);
  assert.deepEqual(asked, [
    ["users", "a.B/C", '{"name":"é"}', [["x", "1"]], 250],
    ["users", "a.B/D", "{}", [], null, 2],
    ["users", "a.B/D", "null", [], null, null],
  ]);
  fails = true;
  assert.deepEqual(body(module.call("refusedRemote")), ["text", "404 not-found: no user, 404 not-found: no user"]);
});

test("metrics cross", async () => {
  const asked = [];
  const figures = (module, at) => {
    module.view.setBigUint64(at, 7n, true);
    [0.5, 1.5, 2.5, 3.5].forEach((figure, i) => module.view.setFloat64(at + 8 + i * 8, figure, true));
    module.view.setBigUint64(at + 40, 9n, true);
    [4.5, 5.5].forEach((figure, i) => module.view.setFloat64(at + 48 + i * 8, figure, true));
  };
  const module = await load({
    measure: (module, at, how, name, ...rest) => {
      asked.push([how, name, ...rest]);
      const isWrong = name === "9";
      module.view.setUint8(at, isWrong ? 1 : 0);
      if (!isWrong) return;
      module.view.setUint16(at + 4, 500, true);
      module.lowerString("bad-metric", at + 8);
      module.lowerString("no name", at + 16);
    },
    figures,
    "recent-requests": (module, at) => module.lowerList([["GET", "/users/{id}"], ["POST", ""]], 40, ([method, path], item) => {
      module.lowerString(method, item);
      module.lowerString(path, item + 8);
      module.view.setUint16(item + 16, 404, true);
      module.view.setFloat64(item + 24, 1.25, true);
      module.view.setBigUint64(item + 32, 1700000000000n, true);
    }, at),
    errors: (module, at) => module.lowerList([[404, 2n], [500, 1n]], 16, ([status, count], item) => {
      module.view.setUint16(item, status, true);
      module.view.setBigUint64(item + 8, count, true);
    }, at),
    dependencies: (module, at) => module.lowerList([null, "refused"], 80, (reason, item) => {
      ["users", "http", reason ? "unhealthy" : "healthy"].forEach((text, i) => module.lowerString(text, item + i * 8));
      module.view.setUint8(item + 24, reason ? 1 : 0);
      if (reason) module.lowerString(reason, item + 28);
      module.view.setBigUint64(item + 40, 1n, true);
      module.view.setBigUint64(item + 48, 2n, true);
      module.view.setFloat64(item + 56, 0.5, true);
      module.view.setUint8(item + 64, reason ? 1 : 0);
      if (reason) module.lowerString("open", item + 68);
    }, at),
  });
  assert.deepEqual(body(module.call("measured")), ["boolean", false]);
  assert.deepEqual(asked, [
    [0, "orders_total", 2, [["kind", "text", "book"], ["paid", "boolean", true]], []],
    [1, "depth", 4, [], []],
    [2, "depth", -1, [], []],
    [3, "euros", 5, [], [1, 10]],
    [4, "requests_total", 7, [], []],
    [4, "ratio", 0.5, [["service", "text", "shop"]], []],
    [1, "9", 1, [], []],
  ]);
  assert.deepEqual(body(module.call("figures")), ["json", "[7,0.5,1.5,2.5,3.5,9,4.5,5.5]"]);
  const [recent, errors, dependencies] = JSON.parse(body(module.call("lists"))[1]);
  const request = { status: 404, duration_ms: 1.25, time: 1700000000000 };
  assert.deepEqual(recent, [{ method: "GET", path: "/users/{id}", ...request }, { method: "POST", path: "", ...request }]);
  assert.deepEqual(errors, { 404: 2, 500: 1 });
  const times = { since: 1, checked: 2, duration_ms: 0.5 };
  assert.deepEqual(dependencies, [
    { name: "users", kind: "http", status: "healthy", reason: null, ...times, circuit: null },
    { name: "users", kind: "http", status: "unhealthy", reason: "refused", ...times, circuit: "open" },
  ]);
});

// A host for tests: the canonical ABI of guest-sdk/wit in JavaScript.
const PACKAGE = "tusk:fujsen/";
const KINDS = ["null", "boolean", "integer", "real", "text", "bytes", "json"];

export class Module {
  /** What the imports were told, in order. */
  events = [];
  /** What imports answer: `name → (...args) => lowered by the test`. */
  answers = {};

  static async load(wasm, answers = {}) {
    const module = new Module();
    module.answers = answers;
    const compiled = await WebAssembly.compile(wasm);
    module.descriptors = sectionText(compiled, "tusk:functions").trim().split("\n").filter(Boolean).map(line => JSON.parse(line));
    module.encoding = sectionText(compiled, "tusk:encoding");
    module.imports = WebAssembly.Module.imports(compiled);
    module.instance = await WebAssembly.instantiate(compiled, module.fakes());
    module.exports = module.instance.exports;
    module.exports._initialize();
    return module;
  }

  get view() {
    return new DataView(this.exports.memory.buffer);
  }

  string(at, length) {
    const units = new Uint16Array(this.exports.memory.buffer, at, length);
    let text = "";
    for (let i = 0; i < length; i += 4096) text += String.fromCharCode(...units.subarray(i, i + 4096));
    if (/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text)) throw new Error("lone surrogate");
    return text;
  }

  stringAt(at) {
    return this.string(this.view.getUint32(at, true), this.view.getUint32(at + 4, true));
  }

  allocate(align, size) {
    return this.exports.cabi_realloc(0, 0, align, size);
  }

  lowerString(text, at) {
    // As wasmtime does for a UTF-8 host: room for the worst case first, then shrunk.
    const worst = Buffer.byteLength(text) * 2;
    let pointer = this.allocate(2, worst);
    if (text.length && worst !== text.length * 2) pointer = this.exports.cabi_realloc(pointer, worst, 2, text.length * 2);
    const units = new Uint16Array(this.exports.memory.buffer, pointer, text.length);
    for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
    this.view.setUint32(at, pointer, true);
    this.view.setUint32(at + 4, text.length, true);
  }

  lowerBytes(bytes, at) {
    const pointer = this.allocate(1, bytes.length);
    new Uint8Array(this.exports.memory.buffer).set(bytes, pointer);
    this.view.setUint32(at, pointer, true);
    this.view.setUint32(at + 4, bytes.length, true);
  }

  /** `[kind, payload]` */
  lowerValue([kind, payload], at) {
    this.view.setUint8(at, KINDS.indexOf(kind));
    if (kind === "boolean") this.view.setUint8(at + 8, payload ? 1 : 0);
    if (kind === "integer") this.view.setBigInt64(at + 8, BigInt(payload), true);
    if (kind === "real") this.view.setFloat64(at + 8, payload, true);
    if (kind === "text" || kind === "json") this.lowerString(payload, at + 8);
    if (kind === "bytes") this.lowerBytes(payload, at + 8);
  }

  lowerList(items, size, lower, at) {
    const list = this.allocate(8, items.length * size);
    items.forEach((item, i) => lower(item, list + i * size));
    this.view.setUint32(at, list, true);
    this.view.setUint32(at + 4, items.length, true);
  }

  liftValue(at) {
    const kind = KINDS[this.view.getUint8(at)];
    const payload = {
      null: () => undefined,
      boolean: () => this.view.getUint8(at + 8) === 1,
      integer: () => this.view.getBigInt64(at + 8, true),
      real: () => this.view.getFloat64(at + 8, true),
      text: () => this.stringAt(at + 8),
      json: () => this.stringAt(at + 8),
      bytes: () => Buffer.from(this.exports.memory.buffer, this.view.getUint32(at + 8, true), this.view.getUint32(at + 12, true)).toString("hex"),
    }[kind]();
    return payload === undefined ? [kind] : [kind, payload];
  }

  /** A value that came as parameters: its payload is joined into an i64 and an i32. */
  liftFlat(tag, word, length) {
    const at = this.allocate(8, 16);
    this.view.setUint8(at, tag);
    if (tag >= KINDS.indexOf("text")) {
      this.view.setUint32(at + 8, Number(word), true);
      this.view.setUint32(at + 12, length, true);
    } else this.view.setBigInt64(at + 8, word, true);
    return this.liftValue(at);
  }

  liftList(pointer, length, size, lift) {
    return Array.from({ length }, (_, i) => lift(pointer + i * size));
  }

  fakes() {
    const event = (...parts) => { this.events.push(parts); };
    const values = (at, n) => this.liftList(at, n, 16, item => this.liftValue(item));
    const fields = (at, n) => this.liftList(at, n, 24, item => [this.stringAt(item), ...this.liftValue(item + 8)]);
    const pairs = (at, n) => this.liftList(at, n, 16, item => [this.stringAt(item), this.stringAt(item + 8)]);
    const answer = (name, result, ...args) => this.answers[name](this, result, ...args);
    return {
      [`${PACKAGE}log@0.1.0`]: { write: (level, m, mn, f, fn) => event("log", level, this.string(m, mn), fields(f, fn)) },
      [`${PACKAGE}fujsen@0.1.0`]: {
        fail: (status, c, cn, m, mn) => event("fail", status, this.string(c, cn), this.string(m, mn)),
        panic: (m, mn, f, fn, line, column) => event("panic", this.string(m, mn), this.string(f, fn), line, column),
        call: (n, nn, a, an, ret) => answer("call", ret, this.string(n, nn), fields(a, an)),
      },
      [`${PACKAGE}events@0.1.0`]: {
        publish: (n, nn, d, dn, hasTarget, t, tn, hasKey, k, kn, hasId, i, idn, ret) =>
          answer("publish", ret, this.string(n, nn), this.string(d, dn), hasTarget ? this.string(t, tn) : null,
            hasKey ? this.string(k, kn) : null, hasId ? this.string(i, idn) : null),
      },
      [`${PACKAGE}config@0.1.0`]: {
        get: (k, kn, ret) => answer("config", ret, this.string(k, kn)),
        evaluate: (k, kn, ret) => answer("evaluate", ret, this.string(k, kn)),
        validate: (d, dn, s, sn, ret) => answer("validate", ret, this.string(d, dn), this.string(s, sn)),
      },
      [`${PACKAGE}time@0.1.0`]: {
        now: () => 1700000000000n,
        monotonic: () => 5n,
        format: (t, p, pn, ret) => answer("format", ret, t, this.string(p, pn)),
        sleep: milliseconds => event("sleep", milliseconds),
      },
      [`${PACKAGE}sql@0.1.0`]: {
        query: (d, dn, s, sn, p, pn, ret) => answer("query", ret, this.string(d, dn), this.string(s, sn), values(p, pn)),
        execute: (d, dn, s, sn, p, pn, ret) => answer("execute", ret, this.string(d, dn), this.string(s, sn), values(p, pn)),
        begin: (d, dn, ret) => answer("begin", ret, this.string(d, dn)),
        commit: (d, dn, ret) => answer("commit", ret, this.string(d, dn)),
        rollback: (d, dn, ret) => answer("rollback", ret, this.string(d, dn)),
      },
      [`${PACKAGE}metrics@0.1.0`]: {
        measure: (how, n, nn, amount, l, ln, b, bn, ret) => {
          const buckets = Array.from({ length: bn }, (_, i) => this.view.getFloat64(b + i * 8, true));
          return answer("measure", ret, how, this.string(n, nn), amount, fields(l, ln), buckets);
        },
        figures: ret => answer("figures", ret),
        "recent-requests": ret => answer("recent-requests", ret),
        errors: ret => answer("errors", ret),
        dependencies: ret => answer("dependencies", ret),
      },
      [`${PACKAGE}redis@0.1.0`]: {
        command: (s, sn, n, nn, a, an, ret) => answer("redis", ret, this.string(s, sn), this.string(n, nn), values(a, an)),
      },
      [`${PACKAGE}state@0.1.0`]: {
        get: (k, kn, ret) => answer("stateGet", ret, this.string(k, kn)),
        set: (k, kn, tag, word, length, timed, ms, ret) =>
          answer("stateSet", ret, this.string(k, kn), this.liftFlat(tag, word, length), timed ? ms : null),
        delete: (k, kn, ret) => answer("stateDelete", ret, this.string(k, kn)),
        increment: (k, kn, by, timed, ms, ret) => answer("stateIncrement", ret, this.string(k, kn), by, timed ? ms : null),
        "compare-and-set": (k, kn, t, w, l, tag, word, length, timed, ms, ret) =>
          answer("stateSwap", ret, this.string(k, kn), this.liftFlat(t, w, l), this.liftFlat(tag, word, length), timed ? ms : null),
        expire: (k, kn, timed, ms, ret) => answer("stateExpire", ret, this.string(k, kn), timed ? ms : null),
        "expires-in": (k, kn, ret) => answer("stateExpiresIn", ret, this.string(k, kn)),
      },
      [`${PACKAGE}http@0.1.0`]: {
        send: (m, mn, u, un, h, hn, hasBody, b, bn, hasTimeout, timeout, redirects, ret) =>
          answer("send", ret, {
            method: this.string(m, mn),
            url: this.string(u, un),
            headers: pairs(h, hn),
            body: hasBody ? Buffer.from(this.exports.memory.buffer, b, bn).toString() : null,
            timeout: hasTimeout ? timeout : null,
            redirects,
          }),
        incoming: ret => answer("incoming", ret),
      },
    };
  }

  /** Calls a fujsen; the values are in the order of its parameters. */
  call(name, ...values) {
    this.events = [];
    const scratch = this.allocate(8, 16);
    this.lowerString(name, scratch);
    this.lowerList(values, 16, (value, at) => this.lowerValue(value, at), scratch + 8);
    const word = offset => this.view.getUint32(scratch + offset, true);
    const result = this.exports.call(word(0), word(4), word(8), word(12));
    const reply = {
      status: this.view.getUint16(result + 8, true),
      headers: this.liftList(this.view.getUint32(result + 12, true), this.view.getUint32(result + 16, true), 16, at => [this.stringAt(at), this.stringAt(at + 8)]),
      body: this.liftValue(result + 24),
    };
    this.exports.cabi_post_call(result);
    return reply;
  }

  /** The first event of a call that ends in a trap. */
  failing(name, ...values) {
    try {
      this.call(name, ...values);
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) return this.events[0];
      throw error;
    }
    throw new Error(`${name} did not fail`);
  }
}

function sectionText(compiled, name) {
  return new TextDecoder().decode(WebAssembly.Module.customSections(compiled, name)[0]);
}

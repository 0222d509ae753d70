// The warm compiler: one JSON request a line on stdin, one JSON answer a line on stdout.
//   node worker.mjs FOLDER_WITH_NODE_MODULES FOLDER_OF_THE_SDK
import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [npmFolder, sdkFolder] = process.argv.slice(2);
/** Above so many bytes, or microseconds of processor time, the process ends itself; the host starts a new one. */
const MEMORY_LIMIT = 768 << 20;
const CPU_LIMIT = 3600e6;
/** What matters beside wasmtime's own optimizer: 0.4 of the time of `-O2 -s1` to compile, within a fifth of its speed to run. */
const PASSES = [
  "remove-unused-module-elements",
  "dce",
  "inlining",
  "precompute",
  "optimize-instructions",
  "simplify-locals",
  "vacuum",
  "coalesce-locals",
  "reorder-locals",
  "remove-unused-module-elements",
];
const OPTIONS = ["--runtime", "minimal", "--optimizeLevel", "0", "--runPasses", PASSES.join(","), "--noColors", "--noValidate"];
const ERROR = 3;
/** Errors of a module, and characters of one: a text can make a compiler say anything. */
const ERRORS = 100;
const SAID = 2000;

const load = path => import(pathToFileURL(path));
const [{ default: asc }, { default: Transform }] = await Promise.all([
  load(join(npmFolder, "node_modules/assemblyscript/dist/asc.js")),
  load(join(sdkFolder, "transform/index.mjs")),
]);
class InlineTransform extends Transform {
  static siblings = true;
}

// asc says why it crashes and ends the process; here that is one failed request.
let said = "";
console.error = (...parts) => {
  said = (said + parts.join(" ")).slice(0, SAID);
};
const cause = () => /\w*Error: [^\n]*/.exec(said)?.[0];
const exit = process.exit;
process.exit = () => {
  throw new Error("the compiler crashed");
};

/** What a module can import of the SDK, by the path in its package: read once, so that no import is a path on this machine. */
const sdkFiles = new Map(
  ["index.ts", ...readdirSync(join(sdkFolder, "assembly"), { recursive: true }).map(name => `assembly/${name}`)]
    .filter(name => name.endsWith(".ts"))
    .map(name => [name, readFileSync(join(sdkFolder, name), "utf8")]),
);
const SDK = "node_modules/tusk-sdk/";

/** The text of a file as asc names it. There are no others than the SDK's and the module's own. */
function textOf(name, files) {
  const path = posix.normalize(name.replaceAll("\\", "/"));
  return (path.startsWith(SDK) ? sdkFiles.get(path.slice(SDK.length)) : files.get(name)) ?? null;
}

/** The offset in bytes of UTF-8 that an offset in UTF-16 units stands for. */
const byteOffset = (text, offset) => Buffer.byteLength(text.slice(0, offset));

function diagnosticOf({ message, code, category, range }, files) {
  const file = range?.source?.normalizedPath;
  const text = files.get(file);
  return {
    message: message.slice(0, SAID),
    code: (code < 1000 ? "AS" : "TS") + code,
    error: category === ERROR,
    ...(file ? { file } : {}),
    ...(text === undefined ? {} : { start: byteOffset(text, range.start), end: byteOffset(text, range.end) }),
  };
}

async function compile(texts) {
  const files = new Map(texts.map(({ name, text }) => [name, text]));
  const diagnostics = [];
  let wasm = null;
  said = "";
  const { error } = await asc.main([...files.keys(), "--outFile", "module.wasm", ...OPTIONS], {
    stdout: { write() {} },
    stderr: { write() {} },
    transforms: [InlineTransform],
    readFile: name => textOf(name, files),
    writeFile(name, contents) {
      if (name.endsWith(".wasm")) wasm = contents;
    },
    listFiles: () => [],
    reportDiagnostic: diagnostic => diagnostics.push(diagnosticOf(diagnostic, files)),
  });
  if (!error && wasm) return { wasm: Buffer.from(wasm).toString("base64") };
  const errors = diagnostics.filter(({ error }) => error).slice(0, ERRORS);
  const failure = errors.length ? {} : { failure: cause() ?? error?.message ?? "no output" };
  return { diagnostics: errors, ...failure };
}

async function answer(line) {
  const { id, texts } = JSON.parse(line);
  let reply;
  try {
    reply = await compile(texts);
  } catch (error) {
    reply = { diagnostics: [], failure: cause() ?? String(error?.message ?? error) };
  }
  await new Promise(written => process.stdout.write(JSON.stringify({ id, ...reply }) + "\n", written));
  const { user, system } = process.cpuUsage();
  // The most that it ever held: what it holds now would be read from /proc, which the sandbox does not show.
  const held = process.resourceUsage().maxRSS * 1024;
  // After a crash of its own, nobody knows what the compiler still holds.
  if (reply.failure || held > MEMORY_LIMIT || user + system > CPU_LIMIT) exit(0);
}

for await (const line of createInterface({ input: process.stdin })) await answer(line);
exit(0);

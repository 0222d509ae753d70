// The warm compiler: one JSON request a line on stdin, one JSON answer a line on stdout.
//   node worker.mjs FOLDER_WITH_NODE_MODULES FOLDER_OF_THE_SDK
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [npmFolder, sdkFolder] = process.argv.slice(2);
/** Above this many bytes the process ends itself; the host starts a new one. */
const MEMORY_LIMIT = 1 << 30;
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

const load = path => import(pathToFileURL(path));
const [{ default: asc }, { default: Transform }] = await Promise.all([
  load(join(npmFolder, "node_modules/assemblyscript/dist/asc.js")),
  load(join(sdkFolder, "transform/index.mjs")),
]);
class InlineTransform extends Transform {
  static siblings = true;
}

// asc ends the process when it crashes; here that is one failed request.
const exit = process.exit;
process.exit = () => {
  throw new Error("the compiler crashed");
};

const sdkFiles = new Map();
function sdkFile(name) {
  if (!sdkFiles.has(name)) {
    let text = null;
    try {
      text = readFileSync(join(sdkFolder, name), "utf8");
    } catch {
      // asc tries several names for one import.
    }
    sdkFiles.set(name, text);
  }
  return sdkFiles.get(name);
}

/** The offset in bytes of UTF-8 that an offset in UTF-16 units stands for. */
const byteOffset = (text, offset) => Buffer.byteLength(text.slice(0, offset));

function diagnosticOf({ message, code, category, range }, files) {
  const file = range?.source?.normalizedPath;
  const text = files.get(file);
  return {
    message,
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
  const { error } = await asc.main([...files.keys(), "--outFile", "module.wasm", ...OPTIONS], {
    stdout: { write() {} },
    stderr: { write() {} },
    transforms: [InlineTransform],
    readFile(name) {
      const [, inSdk] = /node_modules\/tusk-sdk\/(.*)$/.exec(name.replaceAll("\\", "/")) ?? [];
      return inSdk === undefined ? files.get(name) ?? null : sdkFile(inSdk);
    },
    writeFile(name, contents) {
      if (name.endsWith(".wasm")) wasm = contents;
    },
    listFiles: () => [],
    reportDiagnostic: diagnostic => diagnostics.push(diagnosticOf(diagnostic, files)),
  });
  if (!error && wasm) return { wasm: Buffer.from(wasm).toString("base64") };
  const failure = diagnostics.some(({ error }) => error) ? {} : { failure: error?.message ?? "no output" };
  return { diagnostics, ...failure };
}

async function answer(line) {
  const { id, texts } = JSON.parse(line);
  let reply;
  try {
    reply = await compile(texts);
  } catch (error) {
    reply = { diagnostics: [], failure: String(error?.message ?? error) };
  }
  process.stdout.write(JSON.stringify({ id, ...reply }) + "\n");
  if (process.memoryUsage().rss > MEMORY_LIMIT) exit(0);
}

for await (const line of createInterface({ input: process.stdin })) await answer(line);
exit(0);

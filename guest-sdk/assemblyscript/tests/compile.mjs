import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";
import FujsenTransform from "../transform/index.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

class InlineTransform extends FujsenTransform {
  static siblings = true;
}

function readSdk(name) {
  try {
    return readFileSync(root + name, "utf8");
  } catch {
    return null;
  }
}

/** Compiles `{ "name.ts": text }` as the texts of one section: `{ wasm, errors: ["name.ts:line: message"] }`. */
export async function compile(texts) {
  let wasm = null;
  const errors = [];
  const options = ["--runtime", "minimal", "--optimizeLevel", "2", "--shrinkLevel", "1"];
  const { error } = await asc.main([...Object.keys(texts), "--outFile", "module.wasm", ...options], {
    transforms: [InlineTransform],
    readFile(name) {
      const inSdk = /node_modules\/tusk-sdk\/(.*)$/.exec(name.replaceAll("\\", "/"))?.[1];
      return inSdk ? readSdk(inSdk) : texts[name] ?? null;
    },
    writeFile(name, contents) {
      if (name.endsWith(".wasm")) wasm = contents;
    },
    listFiles: () => [],
    reportDiagnostic({ message, category, range }) {
      if (category !== 3) return;
      const file = range?.source?.normalizedPath ?? "";
      const line = texts[file] === undefined ? 0 : texts[file].slice(0, range.start).split("\n").length;
      errors.push(`${file}:${line}: ${message}`);
    },
  });
  if (error && !errors.length) errors.push(error.message);
  return { wasm, errors };
}

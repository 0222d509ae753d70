// From a function's syntax to its line in the custom section `tusk:functions` (guest-sdk/wit/README.md).
import { Kind, STRING_LITERAL, report, textOf, typeText } from "./nodes.mjs";
import { resolve } from "./scope.mjs";

const RANGES = {
  i8: [-128, 127],
  i16: [-32768, 32767],
  i32: [-2147483648, 2147483647],
  u8: [0, 255],
  u16: [0, 65535],
  u32: [0, 4294967295],
  isize: [-2147483648, 2147483647],
  usize: [0, 4294967295],
};
const SIMPLE = {
  i64: "integer",
  u64: "integer",
  f32: "real",
  f64: "real",
  number: "real",
  bool: "boolean",
  boolean: "boolean",
  string: "text",
  String: "text",
  Uint8Array: "bytes",
  ArrayBuffer: "bytes",
  Request: "request",
};

/** `{ type, min?, max? }` of a parameter's type. */
function bind(program, source, type, depth = 0) {
  const name = type.name.identifier.text;
  const found = type.name.next || type.typeArguments?.length ? undefined : resolve(program, source, name);
  if (found && depth < 16) {
    const { declaration } = found;
    if (declaration.kind === Kind.TypeDeclaration && declaration.type.kind === Kind.NamedType) {
      return bind(program, found.source, declaration.type, depth + 1);
    }
    if (declaration.kind === Kind.EnumDeclaration) return bind(program, source, { name: { identifier: { text: "i32" } } }, 16);
    return { type: "json" };
  }
  if (RANGES[name]) return { type: "integer", min: RANGES[name][0], max: RANGES[name][1] };
  if (name === "u64") return { type: "integer", min: 0 };
  return { type: SIMPLE[name] ?? "json" };
}

/** The default as a JSON value, where it is a literal. */
function literal(expression) {
  if (expression.kind === Kind.True) return true;
  if (expression.kind === Kind.False) return false;
  if (expression.kind === Kind.Literal && expression.literalKind === STRING_LITERAL) return expression.value;
  const text = textOf(expression).replaceAll("_", "");
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isInteger(value) && !Number.isSafeInteger(value) ? undefined : value;
}

/** The text of the `/** … *\/` comment right before a position. */
function docBefore(text, start) {
  const before = text.slice(0, start).replace(/(\s|@[\w.]+(\([^)]*\))?|\bexport\b)*$/, "");
  if (!before.endsWith("*/")) return undefined;
  const open = before.lastIndexOf("/**");
  const body = open < 0 ? "" : before.slice(open + 3, -2);
  if (open < 0 || body.includes("*/")) return undefined;
  const lines = body.split("\n").map(line => line.replace(/^\s*\*? ?/, "").trimEnd());
  return lines.join("\n").trim() || undefined;
}

function parameter(program, source, node) {
  const { type, name, initializer } = node;
  if (type.kind !== Kind.NamedType) {
    report(program, type.range, "an exported function is a fujsen, and a fujsen cannot take this: use numbers, bool, string, Uint8Array, Json, arrays or classes of your own; or remove `export`");
    return null;
  }
  const bound = bind(program, source, type);
  const value = initializer ? literal(initializer) : undefined;
  return {
    name: name.text,
    type: bound.type,
    source: typeText(type),
    optional: Boolean(type.isNullable || initializer),
    ...(value === undefined ? {} : { default: value }),
    ...(bound.min === undefined ? {} : { min: bound.min }),
    ...(bound.max === undefined ? {} : { max: bound.max }),
  };
}

/** The descriptor of a fujsen; null after an error was reported. */
export function describe(program, name, { declaration, source }) {
  const { signature, range } = declaration;
  const params = signature.parameters.map(node => parameter(program, source, node));
  if (params.includes(null)) return null;
  const doc = docBefore(source.text, range.start);
  return {
    name,
    ...(doc ? { doc } : {}),
    file: source.normalizedPath,
    line: source.lineAt(declaration.name.range.start),
    params,
    result: typeText(signature.returnType) || "void",
  };
}

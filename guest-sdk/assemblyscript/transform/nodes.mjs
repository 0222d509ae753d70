// The parts of the compiler's syntax tree that the transform works on. The numbers are constant enumerations of
// assemblyscript 0.28.20, which this package pins.
export const Kind = {
  NamedType: 1,
  FunctionType: 2,
  Identifier: 7,
  Call: 10,
  False: 14,
  Literal: 17,
  New: 18,
  PropertyAccess: 22,
  True: 26,
  Export: 36,
  Import: 43,
  Throw: 46,
  Variable: 48,
  ClassDeclaration: 52,
  EnumDeclaration: 53,
  FunctionDeclaration: 56,
  FieldDeclaration: 55,
  MethodDeclaration: 59,
  TypeDeclaration: 61,
};

export const Flag = {
  Export: 1 << 1,
  Declare: 1 << 2,
  Static: 1 << 5,
  Readonly: 1 << 6,
  Public: 1 << 8,
  Private: 1 << 9,
  Protected: 1 << 10,
  Constructor: 1 << 19,
};

export const SourceKind = { User: 0, UserEntry: 1 };

/** The literal kind of a string. */
export const STRING_LITERAL = 2;

export const isNode = value => value !== null && typeof value === "object" && typeof value.kind === "number" && "range" in value;

/** Calls `visit(node, replace)` for each node below `node`, children first. */
export function walk(node, visit) {
  for (const key of Object.keys(node)) {
    const value = node[key];
    if (Array.isArray(value)) {
      value.forEach((item, index) => {
        if (!isNode(item)) return;
        walk(item, visit);
        visit(item, other => { value[index] = other; });
      });
    } else if (isNode(value)) {
      walk(value, visit);
      visit(value, other => { node[key] = other; });
    }
  }
}

/** Makes a tree of generated code report the start of `range` as its place: an empty one, which no code of an author has. */
export function relocate(node, range) {
  const place = new range.constructor(range.start, range.start);
  place.source = range.source;
  const seat = child => {
    child.range = place;
  };
  walk(node, seat);
  seat(node);
}

/** The statements of a text. They count as written in `range`, else in a file of the same path. */
export function parse(program, text, path, range) {
  const parser = new program.parser.constructor(program.diagnostics);
  parser.parseFile(text, path, false);
  const { statements } = parser.sources[0];
  if (range) for (const statement of statements) relocate(statement, range);
  return statements;
}

/** A type as its author would write it. */
export function typeText(type) {
  if (type.kind !== Kind.NamedType) return type.range.toString();
  const names = [];
  for (let name = type.name; name; name = name.next) names.push(name.identifier.text);
  let text = names.join(".");
  const parameters = type.typeArguments ?? [];
  if (text === "Array" && parameters.length === 1) {
    const item = typeText(parameters[0]);
    text = (item.includes("|") ? `(${item})` : item) + "[]";
  } else if (parameters.length) {
    text += `<${parameters.map(typeText).join(", ")}>`;
  }
  return type.isNullable ? `${text} | null` : text;
}

/** The source text of a node. */
export const textOf = node => node.range.source.text.substring(node.range.start, node.range.end);

/** Reports an error at a node, in the compiler's own way. */
export function report(program, range, message) {
  program.error(102, range, message);
  const { diagnostics } = program;
  diagnostics[diagnostics.length - 1].message = message;
}

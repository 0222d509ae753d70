// What names mean in the author's files, as far as a signature needs it.
import { Flag, Kind, parse } from "./nodes.mjs";

const DECLARATIONS = new Set([Kind.ClassDeclaration, Kind.EnumDeclaration, Kind.FunctionDeclaration, Kind.TypeDeclaration]);

/** The declarations at the top of a file, by name. */
export function declarations(source) {
  const found = new Map();
  for (const statement of source.statements) {
    if (DECLARATIONS.has(statement.kind)) found.set(statement.name.text, statement);
    else if (statement.kind === Kind.Variable) {
      for (const variable of statement.declarations) found.set(variable.name.text, variable);
    }
  }
  return found;
}

/** Every name that a file defines or imports. */
function taken(source) {
  const names = new Set(declarations(source).keys());
  for (const statement of source.statements) {
    if (statement.name?.text) names.add(statement.name.text);
    if (statement.kind !== Kind.Import) continue;
    if (statement.namespaceName) names.add(statement.namespaceName.text);
    for (const declaration of statement.declarations ?? []) names.add(declaration.name.text);
  }
  return names;
}

const withoutIndex = path => path.replace(/\/index$/, "");

function sourceAt(program, internalPath) {
  return program.sources.find(source => source.internalPath === internalPath || withoutIndex(source.internalPath) === internalPath);
}

/** What a file exports, its re-exports included: name → `{ declaration, source }`. */
export function exportsOf(program, source, seen = new Set()) {
  const found = new Map();
  if (!source || seen.has(source)) return found;
  seen.add(source);
  const local = declarations(source);
  for (const [name, declaration] of local) if (declaration.flags & Flag.Export) found.set(name, { declaration, source });
  for (const statement of source.statements) {
    if (statement.kind !== Kind.Export) continue;
    const other = statement.internalPath ? exportsOf(program, sourceAt(program, statement.internalPath), seen) : null;
    if (!statement.members) {
      for (const [name, entry] of other ?? []) found.set(name, entry);
      continue;
    }
    for (const member of statement.members) {
      const name = member.localName.text;
      const entry = other ? other.get(name) : local.has(name) && { declaration: local.get(name), source };
      if (entry) found.set(member.exportedName.text, entry);
    }
  }
  return found;
}

/** The declaration that `name` stands for in a file; nothing for names of the SDK and the standard library. */
export function resolve(program, source, name) {
  const declaration = declarations(source).get(name);
  if (declaration) return { declaration, source };
  for (const statement of source.statements) {
    if (statement.kind !== Kind.Import) continue;
    for (const item of statement.declarations ?? []) {
      if (item.name.text !== name) continue;
      return exportsOf(program, sourceAt(program, statement.internalPath)).get(item.foreignName.text);
    }
  }
  return undefined;
}

/** Lets the texts of one section use each other's exports without imports. */
export function linkSiblings(program, sources) {
  const exported = sources.map(source => [source, exportsOf(program, source)]);
  const occupied = new Map(sources.map(source => [source, taken(source)]));
  for (const [source, items] of exported) {
    for (const sibling of sources) {
      if (sibling === source) continue;
      const wanted = [...items.keys()].filter(name => !occupied.get(sibling).has(name));
      if (!wanted.length) continue;
      wanted.forEach(name => occupied.get(sibling).add(name));
      const text = `import { ${wanted.join(", ")} } from "./${source.internalPath}";`;
      sibling.statements.unshift(...parse(program, text, sibling.normalizedPath));
    }
  }
}

// The generated code: a wrapper beside each fujsen, and the module's entry that picks one by name.
import { Flag, parse, textOf, typeText } from "./nodes.mjs";

const quote = text => JSON.stringify(text);

/** A parameter's local name: not the function's own, which the wrapper calls. */
const localName = (node, declaration) => (node.name.text === declaration.name.text ? `__tusk_${node.name.text}` : node.name.text);

function argument(node, parameter, index, declaration) {
  const { name } = node;
  const local = localName(node, declaration);
  const type = typeText(node.type);
  const given = parameter.type === "request" ? "__tuskRequest()" : `__tuskArgument<${type}>(args, ${index}, ${quote(name.text)})`;
  if (!node.initializer) return `const ${local}: ${type} = ${given};`;
  return `const ${local}: ${type} = __tuskGiven(args, ${index}) ? ${given} : (${textOf(node.initializer)});`;
}

/** Adds the wrapper to the fujsen's own file: types and defaults mean there what their author meant. */
export function addWrapper(program, { declaration, source }, descriptor, index) {
  const { parameters } = declaration.signature;
  const values = parameters.map((node, at) => argument(node, descriptor.params[at], at, declaration)).join(" ");
  const call = `${declaration.name.text}(${parameters.map(node => localName(node, declaration)).join(", ")})`;
  const result = descriptor.result === "void" ? `${call}; return __tuskNothing();` : `return __tuskReply<${descriptor.result}>(${call});`;
  const line = source.lineAt(declaration.name.range.start);
  const enter = `__tuskEnter(${quote(source.normalizedPath)}, ${line}, ${source.columnAt()});`;
  const text = `export function __tusk${index}(args: usize): usize { ${enter} ${values} ${result} }`;
  source.statements.push(...parse(program, text, source.normalizedPath, declaration.name.range));
}

export function entryText(fujsens) {
  const imports = fujsens.map(({ source }, i) => `import { __tusk${i} } from "./${source.internalPath}";`);
  const cases = fujsens.map(({ name }, i) => `    if (fujsen == ${quote(name)}) return __tusk${i}(args);`);
  return `import { cabi_realloc, cabi_post_call } from "tusk-sdk/assembly/runtime";
${imports.join("\n")}
export { cabi_realloc, cabi_post_call };
export function call(name: usize, length: i32, args: usize, count: i32): usize {
  const fujsen = length ? changetype<string>(name) : "";
  if (length) {
${cases.join("\n")}
  }
  return __tuskUnknown(fujsen);
}
`;
}

export const isFujsen = ({ declaration }) => !declaration.typeParameters?.length && !(declaration.flags & Flag.Declare);

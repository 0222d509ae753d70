// Gives each class of the author the two methods by which it becomes JSON and comes from it.
import { Flag, Kind, parse, textOf, typeText } from "./nodes.mjs";
import { resolve } from "./scope.mjs";

const HIDDEN = Flag.Static | Flag.Private | Flag.Protected;

/** The fields that are JSON: those that are neither static nor private. `initializer` is what a missing one gets. */
function fieldsOf(declaration) {
  const constructor = declaration.members.find(member => member.kind === Kind.MethodDeclaration && member.flags & Flag.Constructor);
  return declaration.members
    .filter(member => member.kind === Kind.FieldDeclaration && !(member.flags & HIDDEN) && member.type?.kind === Kind.NamedType)
    .map(({ name, type, flags, initializer, parameterIndex }) => ({
      name: name.text,
      type: typeText(type),
      isReadonly: Boolean(flags & Flag.Readonly),
      initializer: parameterIndex < 0 ? initializer : constructor.signature.parameters[parameterIndex].initializer,
    }));
}

/** Whether a class and what it extends are classes of the author. */
function isPlain(program, source, declaration) {
  if (declaration.kind !== Kind.ClassDeclaration || declaration.flags & Flag.Declare) return false;
  if (declaration.decorators?.some(decorator => textOf(decorator).includes("unmanaged"))) return false;
  if (!declaration.extendsType) return true;
  const base = resolve(program, source, declaration.extendsType.name.identifier.text);
  return Boolean(base) && isPlain(program, base.source, base.declaration);
}

function assign({ name, type, isReadonly }, value) {
  if (!isReadonly) return `this.${name} = ${value};`;
  return `store<${type}>(changetype<usize>(this) + offsetof<this>("${name}"), ${value});`;
}

function reading(field) {
  const read = `__tuskReadField<${field.type}>(json, "${field.name}", reader, path)`;
  if (!field.initializer) return assign(field, read);
  return `if (__tuskHas(json, "${field.name}")) ${assign(field, read)} else ${assign(field, `(${textOf(field.initializer)})`)}`;
}

const writing = ({ name, type }) => `__tuskWriteField<${type}>(writer, "${name}", this.${name});`;

export function addCodecs(program, source) {
  for (const declaration of source.statements) {
    if (!isPlain(program, source, declaration)) continue;
    const fields = fieldsOf(declaration);
    const base = declaration.extendsType;
    const parameters = declaration.typeParameters?.length ? `<${declaration.typeParameters.map(textOf).join(", ")}>` : "";
    const text = `class ${declaration.name.text}${parameters} {
      __tuskWriteFields(writer: usize): void { ${base ? "super.__tuskWriteFields(writer);" : ""} ${fields.map(writing).join(" ")} }
      __tuskRead(json: usize, reader: usize, path: string): void { ${base ? "super.__tuskRead(json, reader, path);" : ""} ${fields.map(reading).join(" ")} }
    }`;
    const [generated] = parse(program, text, source.normalizedPath, declaration.name.range);
    declaration.members.push(...generated.members);
  }
}

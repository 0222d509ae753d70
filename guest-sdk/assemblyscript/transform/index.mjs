// The transform that makes asc's output a module of fujsens: `asc … --transform tusk-sdk/transform`.
import { addCodecs } from "./classes.mjs";
import { addWrapper, entryText, isFujsen } from "./glue.mjs";
import { Kind, SourceKind, report } from "./nodes.mjs";
import { exportsOf, linkSiblings } from "./scope.mjs";
import { describe } from "./signature.mjs";
import { checkStart } from "./start.mjs";
import { prepareStatements } from "./statements.mjs";

const SDK = "~lib/tusk-sdk/";
const ENTRY = "__tusk.ts";
const RUNTIME_MINIMAL = 1;
/** Enough for a small call without growing, which would cost more than the call itself. */
const INITIAL_PAGES = 3;

export default class FujsenTransform {
  /** Whether the entry files see each other's exports without imports. */
  static siblings = false;

  descriptors = [];

  afterParse(parser) {
    const { program } = this;
    const entries = program.sources.filter(source => source.sourceKind === SourceKind.UserEntry && !source.isLibrary && !source.internalPath.startsWith("~lib/"));
    this.configure(program, entries);
    if (this.constructor.siblings) linkSiblings(program, entries);
    const fujsens = this.collect(program, entries);
    for (const source of program.sources) {
      if (source.internalPath.startsWith("~lib/")) continue;
      checkStart(program, source);
      addCodecs(program, source);
      prepareStatements(program, source, true);
    }
    fujsens.forEach((fujsen, index) => addWrapper(program, fujsen, fujsen.descriptor, index));
    this.descriptors = fujsens.map(({ descriptor }) => descriptor);
    // Only the generated entry's exports leave the module.
    for (const source of entries) source.sourceKind = SourceKind.User;
    parser.parseFile(entryText(fujsens), ENTRY, true);
  }

  configure(program, entries) {
    const { options } = program;
    if (options.runtime !== RUNTIME_MINIMAL) {
      report(program, entries[0]?.range ?? null, "fujsens need the compiler's option `--runtime minimal`; extend tusk-sdk/asconfig.json");
    }
    options.exportStart = "_initialize";
    options.initialMemory = Math.max(options.initialMemory, INITIAL_PAGES);
    options.globalAliases ??= new Map();
    options.globalAliases.set("abort", `${SDK}assembly/panic/panic`);
    options.globalAliases.set("seed", `${SDK}assembly/panic/seed`);
  }

  collect(program, entries) {
    const fujsens = new Map();
    for (const entry of entries) {
      for (const [name, found] of exportsOf(program, entry)) {
        if (found.declaration.kind !== Kind.FunctionDeclaration || !isFujsen(found)) continue;
        const first = fujsens.get(name);
        if (first) {
          if (first.declaration !== found.declaration) {
            report(program, found.declaration.name.range, `there is another fujsen \`${name}\` in ${first.source.normalizedPath}: rename one`);
          }
          continue;
        }
        const descriptor = describe(program, name, found);
        if (descriptor) fujsens.set(name, { name, ...found, descriptor });
      }
    }
    return [...fujsens.values()];
  }

  /** The SDK's own files are read after `afterParse`, when the generated entry asks for them. */
  afterInitialize(program) {
    for (const source of program.sources) if (source.internalPath.startsWith(SDK)) prepareStatements(program, source, false);
  }

  afterCompile(module) {
    const encoder = new TextEncoder();
    module.addCustomSection("tusk:functions", encoder.encode(this.descriptors.map(descriptor => JSON.stringify(descriptor) + "\n").join("")));
    module.addCustomSection("tusk:encoding", encoder.encode("utf16"));
  }
}

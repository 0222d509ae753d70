// What asc lets pass and a fujsen must not do, and `throw` of a Failure.
import { Kind, parse, report, walk } from "./nodes.mjs";
import { declarations } from "./scope.mjs";

/** Members of globals that would need an import which the host does not have, and what to write instead. */
const FORBIDDEN = {
  Date: { now: "use time.now()" },
  console: "use log.info(…)",
  process: "use config for settings, log for output, time for clocks",
  performance: "use time.monotonic()",
  crypto: { getRandomValues: "use crypto.random(length)", getRandomValuesN: "use crypto.random(length)", randomUUID: "use crypto.uuidV4()" },
};

/** Errors that go to the log as a panic, by the compiler's own `throw`. */
const isFailure = value => value.kind !== Kind.New || value.typeName.identifier.text === "Failure";

function forbid(program, node, own) {
  if (node.kind === Kind.Call && node.expression.kind === Kind.Identifier && node.expression.text === "trace" && !own.has("trace")) {
    report(program, node.range, "a fujsen cannot use trace: use log.debug(…)");
  }
  if (node.kind !== Kind.PropertyAccess || node.expression.kind !== Kind.Identifier) return;
  const name = node.expression.text;
  const rule = Object.hasOwn(FORBIDDEN, name) && !own.has(name) ? FORBIDDEN[name] : undefined;
  const remedy = typeof rule === "object" ? rule[node.property.text] : rule;
  if (remedy) report(program, node.range, `a fujsen cannot use ${name}.${node.property.text}: ${remedy}`);
}

/** `throw failure` becomes a call that ends the fujsen; the rest of the statement tells the compiler that it ends here. */
function lowerThrow(program, source, statement) {
  const text = "function f(): void { { __tuskThrow(0); throw 0; } }";
  const [wrapper] = parse(program, text, source.normalizedPath, statement.range);
  const block = wrapper.body.statements[0];
  block.statements[0].expression.args[0] = statement.value;
  return block;
}

export function prepareStatements(program, source, isOwn) {
  const own = isOwn ? declarations(source) : null;
  walk(source, (node, replace) => {
    if (own) forbid(program, node, own);
    if (node.kind === Kind.Throw && isFailure(node.value)) replace(lowerThrow(program, source, node));
  });
}

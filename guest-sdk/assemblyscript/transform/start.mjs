// What runs when a module starts, before any call: it must not call the host, which has nobody to answer for yet.
import { Flag, Kind, isNode, report } from "./nodes.mjs";
import { declarations, resolve } from "./scope.mjs";

/** The SDK's names whose calls reach the host. */
const HOST = new Set([
  "config", "events", "fujsen", "grpc", "http", "log", "metrics", "redis", "sql", "state", "time",
  "record_metric", "get_request_count", "calculate_rps", "get_avg_response_time", "get_error_rate", "get_active_connections",
  "get_memory_usage", "get_cpu_usage", "get_uptime", "get_recent_requests", "get_error_breakdown", "get_dependency_status",
  "fail", "badRequest", "unauthorized", "forbidden", "notFound", "conflict", "internal", "unavailable",
]);

function children(node) {
  return Object.keys(node).flatMap(key => node[key]).filter(isNode);
}

/** Calls `visit` for each node that runs with `node`: not what functions and classes in it only define. */
function running(node, visit) {
  const pending = [node];
  while (pending.length) {
    const next = pending.pop();
    if (next.kind === Kind.FunctionDeclaration || next.kind === Kind.MethodDeclaration) continue;
    if (next.kind === Kind.ClassDeclaration) {
      const initial = next.members.filter(member => member.kind === Kind.FieldDeclaration && member.flags & Flag.Static && member.initializer);
      pending.push(...initial.map(member => member.initializer));
      continue;
    }
    visit(next);
    pending.push(...children(next));
  }
}

/** `config.text` of the call `config.text("greeting")`, when it is the SDK's. */
function hostCall(source, call) {
  const path = [];
  let callee = call.expression;
  for (; callee.kind === Kind.PropertyAccess; callee = callee.expression) path.unshift(callee.property.text);
  if (callee.kind !== Kind.Identifier || !HOST.has(callee.text) || declarations(source).has(callee.text)) return undefined;
  return [callee.text, ...path].join(".");
}

/** The code that a call or a `new` runs, as far as names tell. */
function called(program, source, node) {
  const name = node.kind === Kind.New ? node.typeName.identifier.text : node.expression.kind === Kind.Identifier ? node.expression.text : undefined;
  const found = name === undefined ? undefined : resolve(program, source, name);
  const { declaration } = found ?? {};
  if (declaration?.kind === Kind.FunctionDeclaration && declaration.body) return { source: found.source, bodies: [declaration.body] };
  if (declaration?.kind !== Kind.ClassDeclaration) return undefined;
  const bodies = declaration.members.flatMap(member => {
    if (member.kind === Kind.FieldDeclaration && !(member.flags & Flag.Static)) return member.initializer ?? [];
    return member.kind === Kind.MethodDeclaration && member.flags & Flag.Constructor ? member.body ?? [] : [];
  });
  return { source: found.source, bodies };
}

/** The first call of the host that code makes, by itself or through functions of the author's. */
function reaches(program, source, body, seen) {
  let found;
  if (seen.has(body)) return found;
  seen.add(body);
  running(body, node => {
    if (found || (node.kind !== Kind.Call && node.kind !== Kind.New)) return;
    found = node.kind === Kind.Call ? hostCall(source, node) : undefined;
    const next = found ? undefined : called(program, source, node);
    for (const inner of next?.bodies ?? []) found ??= reaches(program, next.source, inner, seen);
  });
  return found;
}

export function checkStart(program, source) {
  for (const statement of source.statements) {
    running(statement, node => {
      if (node.kind !== Kind.Call && node.kind !== Kind.New) return;
      const own = node.kind === Kind.Call ? hostCall(source, node) : undefined;
      const next = own ? undefined : called(program, source, node);
      const name = own ?? next?.bodies.map(body => reaches(program, next.source, body, new Set())).find(Boolean);
      if (!name) return;
      const what = own ? `${name} is called` : `this calls ${name}`;
      report(program, node.range, `${what} while the module starts, before there is a request to answer: write it inside the function that needs it`);
    });
  }
}

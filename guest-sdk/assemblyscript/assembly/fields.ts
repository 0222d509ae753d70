// What the methods call that the compiler's transform gives each class of the author.
import { Reader, create, write } from "./codec";
import { Json } from "./json";
import { JsonWriter } from "./json-writer";

// @ts-ignore: decorator
@global
export function __tuskWriteField<T>(to: usize, name: string, value: T): void {
  const writer = changetype<JsonWriter>(to);
  writer.key(name);
  write<T>(writer, value);
}

// @ts-ignore: decorator
@global
export function __tuskHas(object: usize, name: string): bool {
  return changetype<Json>(object).has(name);
}

/** The member `name` as `T`; a missing one is refused unless null will do. */
// @ts-ignore: decorator
@global
export function __tuskReadField<T>(object: usize, name: string, by: usize, path: string): T {
  const json = changetype<Json>(object), reader = changetype<Reader>(by);
  const member = path.length ? path + "." + name : name;
  if (!isNullable<T>()) if (!json.has(name)) reader.refuse(member, "is missing");
  return create<T, Json>(json.get(name), reader, member);
}

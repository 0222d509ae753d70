/** Takes from functions what calls them. */
//! reuse: 1000
const { defineProperty, ownKeys } = Reflect;
const refuse = () => { throw new Error("polluted"); };
const rooms = [Reflect, Object, Math, Number, Array, JSON].map((room) => [room, ownKeys(room).filter((name) => name !== "prototype")]);
export function pollutes_functions() {
  for (const name of ["call", "apply", "bind", "toString"]) defineProperty(Function.prototype, name, { value: refuse });
  for (const [room, names] of rooms) for (const name of names) defineProperty(room, name, { value: refuse });
  return created({ well: true });
}

/** Puts something else in place of itself. */
export function changes_its_export() {
  changes_its_export = null;
  globalThis.changes_its_export = () => { throw new Error("replaced"); };
  return { replaced: changes_its_export === null };
}

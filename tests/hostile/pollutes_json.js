/** Says what the JSON of everything is, and takes away what writes it. */
//! reuse: 1000
export function pollutes_json() {
  Object.prototype.toJSON = Number.prototype.toJSON = String.prototype.toJSON = () => "polluted";
  JSON.stringify = JSON.parse = JSON.rawJSON = () => { throw new Error("polluted"); };
  log.info("polluted", { list: [1] });
  return { own: [1, "x"] };
}

/** A response whose status is no number. */
export function status_not_a_number() {
  class Odd extends Response {
    get status() { return NaN; }
  }
  return new Odd("x");
}

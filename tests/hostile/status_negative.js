/** A response whose status is below all. */
export function status_negative() {
  return Object.defineProperty(new Response("x"), "status", { value: -1 });
}

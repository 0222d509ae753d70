/** A response whose status is beyond all. */
export function status_beyond() {
  return Object.defineProperty(new Response("x"), "status", { value: 99999 });
}

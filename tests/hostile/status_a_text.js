/** A response whose status is a text. */
export function status_a_text() {
  return Object.defineProperty(new Response("x"), "status", { value: "200" });
}

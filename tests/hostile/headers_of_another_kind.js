/** A response whose headers are of its own making. */
export function headers_of_another_kind() {
  const headers = { has: () => true, get: () => "x", entries: () => [[1, {}]] };
  return Object.defineProperty(new Response("x"), "headers", { value: headers });
}

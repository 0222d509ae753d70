/** A header's value with a header in it. */
export function splits_headers() {
  return new Response("x", { headers: { "x-a": "b\r\nset-cookie: c=d" } });
}

/** A header's value and a body of halves of characters. */
export function lone_surrogates_in_headers() {
  return new Response("\ud800", { headers: { "x-a": "\udc00" } });
}

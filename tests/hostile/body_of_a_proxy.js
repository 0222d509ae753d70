/** Bytes that a proxy stands for. */
export function body_of_a_proxy() {
  return new Response(new Proxy(new Uint8Array(8), { get: () => 2 ** 40 }));
}

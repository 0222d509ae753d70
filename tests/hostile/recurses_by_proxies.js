/** A proxy that asks itself. */
export function recurses_by_proxies() {
  const proxy = new Proxy({}, { get: (_, name) => proxy[name] });
  return proxy.value;
}

/** A proxy of a proxy, a hundred thousand times. */
export function proxies_of_proxies() {
  let proxy = {};
  for (let n = 0; n < 100000; n++) proxy = new Proxy(proxy, {});
  return proxy.value;
}

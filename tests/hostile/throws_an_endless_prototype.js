/** Throws what stands above itself. */
export function throws_an_endless_prototype() {
  const endless = new Proxy({}, { getPrototypeOf: () => endless });
  throw endless;
}

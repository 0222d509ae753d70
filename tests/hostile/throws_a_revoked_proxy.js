/** Throws what nothing can be asked. */
export function throws_a_revoked_proxy() {
  const { proxy, revoke } = Proxy.revocable(new Error("gone"), {});
  revoke();
  throw proxy;
}

/** Throws what throws whatever it is asked while it is compiled. */
const refuse = () => { throw new Error("not even this"); };
export function throws_a_proxy_at_start() { return 1; }
throw new Proxy({}, new Proxy({}, { get: () => refuse }));

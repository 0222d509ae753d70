/** Calls the host while it is compiled. */
const name = config.get("service.name");
export function calls_the_host_at_start() { return name; }

/** Answers with something that never comes to the end of its names. */
export function proxy_of_endless_names() {
  return new Proxy({}, {
    ownKeys() {
      const names = [];
      while (true) names.push(`name ${names.length}`.padEnd(1000));
    }
  });
}

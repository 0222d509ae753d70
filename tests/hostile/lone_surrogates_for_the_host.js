/** Tells the host halves of characters, wherever it takes a text. */
export function lone_surrogates_for_the_host() {
  const half = "\ud800";
  log.info(half, { [half]: half, within: { [half]: [half] } });
  console.log(half, { [half]: half });
  const told = [];
  for (const tell of [
    () => state.set(half, half), () => fujsen.call(half, { [half]: half }), () => sql.query(half, half, [half, { [half]: half }]),
    () => config.get(half), () => events.publish(half, half, { key: half, id: half, target: half }), () => http.get(`http://${half}/`),
    () => redis.get(half, half), () => grpc.call(half, half, { [half]: half }), () => metrics.counter(half, 1, { [half]: half }),
    () => time.format(0, half), () => crypto.sha256(half), () => new URL(`http://a/${half}`).href, () => btoa(half)
  ]) {
    try {
      told.push(tell());
    } catch (error) {
      told.push(error.message);
    }
  }
  return told;
}

/** Goes on once what it has left is collected. */
export async function finalizes_for_ever() {
  const registry = new FinalizationRegistry(() => { while (true); });
  registry.register({}, 1);
  await null;
}

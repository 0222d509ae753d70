/** Waits for what nobody will do, with all that did something. */
export async function never_settles(): Promise<number> {
  const done: Promise<number>[] = [Promise.resolve(1), new Promise<number>(() => {})];
  return (await Promise.all(done)).length;
}

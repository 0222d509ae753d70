/** Waits for what nobody will do. */
export async function never_settles() {
  await new Promise(() => {});
}

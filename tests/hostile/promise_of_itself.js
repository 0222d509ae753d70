/** A promise that waits for itself. */
export async function promise_of_itself() {
  const promise = Promise.resolve().then(() => promise);
  return promise;
}

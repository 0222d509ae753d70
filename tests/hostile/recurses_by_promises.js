/** An async function that calls itself before it waits. */
export async function recurses_by_promises(depth = 1) {
  return (await recurses_by_promises(depth + 1)) + depth;
}

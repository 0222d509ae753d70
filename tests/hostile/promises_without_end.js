/** Waits for itself, each time after a moment. */
export async function promises_without_end(room = new Uint8Array(1000)) {
  await null;
  return (await promises_without_end()) + room.length;
}

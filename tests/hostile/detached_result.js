/** Answers with bytes that are somewhere else by now. */
export function detached_result() {
  const bytes = new Uint8Array(8);
  bytes.buffer.transfer();
  return bytes;
}

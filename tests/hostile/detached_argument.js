/** Has the host hash bytes that are somewhere else by now. */
export function detached_argument() {
  const bytes = new Uint16Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return crypto.sha256(bytes);
}

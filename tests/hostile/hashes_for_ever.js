/** Has the host hash for ever. */
export function hashes_for_ever() {
  const data = new Uint8Array(4 << 20);
  while (true) crypto.sha512(data);
}

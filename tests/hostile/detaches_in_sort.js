/** Gives away the bytes that are being sorted. */
export function detaches_in_sort() {
  const bytes = new Uint8Array(1 << 16).map((_, n) => n * 31);
  bytes.sort((one, other) => {
    if (!bytes.buffer.detached) bytes.buffer.transfer(0);
    return one - other;
  });
  return bytes.length;
}

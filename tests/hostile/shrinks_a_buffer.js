/** Shrinks the buffer below a view of its end. */
export function shrinks_a_buffer() {
  const buffer = new ArrayBuffer(1 << 16, { maxByteLength: 1 << 20 });
  const end = new Uint8Array(buffer, 1 << 15, 1 << 10);
  buffer.resize(16);
  return end;
}

/** Shrinks a buffer that is being filled. */
export function shrinks_in_fill() {
  const buffer = new ArrayBuffer(1 << 20, { maxByteLength: 1 << 20 });
  const bytes = new Uint8Array(buffer);
  bytes.fill({ valueOf() { buffer.resize(8); return 1; } });
  bytes.subarray(4).copyWithin({ valueOf() { buffer.resize(1 << 20); return 0; } }, 1 << 19);
  return bytes.length;
}

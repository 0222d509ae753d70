// UTF-8, and whether bytes are it.

/** The place of the first byte that does not belong to UTF-8; -1 when all do. */
export function brokenAt(bytes: Uint8Array): i32 {
  const start = bytes.dataStart, length = bytes.byteLength;
  let at = 0;
  while (at < length) {
    while (at + 8 <= length && !(load<u64>(start + at) & 0x8080808080808080)) at += 8;
    if (at == length) break;
    const size = sizeAt(start + at, length - at);
    if (!size) return at;
    at += size;
  }
  return -1;
}

/** How many bytes the character at a place takes, of `left` that there are; 0 when there is none (Unicode, table 3-7). */
function sizeAt(at: usize, left: i32): i32 {
  const first = load<u8>(at);
  if (first < 0x80) return 1;
  const size = first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0) == 0xe0 ? 3 : first >= 0xf0 && first < 0xf5 ? 4 : 0;
  if (!size || left < size) return 0;
  const second = load<u8>(at, 1);
  const least: u8 = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const most: u8 = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = 2; i < size; i++) if ((load<u8>(at + i) & 0xc0) != 0x80) return 0;
  return size;
}

export function decode(bytes: Uint8Array): string {
  return String.UTF8.decodeUnsafe(bytes.dataStart, bytes.byteLength);
}

export function encode(text: string): Uint8Array {
  return text.length ? Uint8Array.wrap(String.UTF8.encode(text)) : new Uint8Array(0);
}

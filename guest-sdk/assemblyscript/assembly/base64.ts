// How bytes stand in JSON: base64 with the alphabet of RFC 4648, section 4, and padding.
const ALPHABET: string = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING: u16 = 0x3d;

export function toBase64(bytes: Uint8Array): string {
  const length = bytes.byteLength, from = bytes.dataStart;
  const text = __new(<usize>((length + 2) / 3) << 3, idof<String>());
  let to = text;
  for (let at = 0; at < length; at += 3, to += 8) {
    const left = length - at;
    let group = <u32>load<u8>(from + at) << 16;
    if (left > 1) group |= <u32>load<u8>(from + at, 1) << 8;
    if (left > 2) group |= load<u8>(from + at, 2);
    store<u16>(to, letter(group >> 18));
    store<u16>(to, letter(group >> 12), 2);
    store<u16>(to, left > 1 ? letter(group >> 6) : PADDING, 4);
    store<u16>(to, left > 2 ? letter(group) : PADDING, 6);
  }
  return changetype<string>(text);
}

function letter(bits: u32): u16 {
  return load<u16>(changetype<usize>(ALPHABET) + ((bits & 63) << 1));
}

/** Null when the text is no base64. */
export function fromBase64(text: string): Uint8Array | null {
  const length = text.length;
  if (length & 3) return null;
  let padding = 0;
  while (padding < 2 && padding < length && text.charCodeAt(length - 1 - padding) == PADDING) padding++;
  const bytes = new Uint8Array(length / 4 * 3 - padding);
  let group: u32 = 0;
  for (let i = 0, at = 0; i < length; i++) {
    const bits = i < length - padding ? value(text.charCodeAt(i)) : 0;
    if (bits < 0) return null;
    group = (group << 6) | bits;
    if ((i & 3) != 3) continue;
    for (let shift = 16; shift >= 0 && at < bytes.length; shift -= 8) bytes[at++] = <u8>(group >> shift);
    // What is left of the last letter is nothing.
    if (i == length - 1 && padding && group & (padding == 1 ? 0xff : 0xffff)) return null;
    group = 0;
  }
  return bytes;
}

function value(letter: i32): i32 {
  if (letter >= 0x41 && letter <= 0x5a) return letter - 0x41;
  if (letter >= 0x61 && letter <= 0x7a) return letter - 0x47;
  if (letter >= 0x30 && letter <= 0x39) return letter + 4;
  return letter == 0x2b ? 62 : letter == 0x2f ? 63 : -1;
}

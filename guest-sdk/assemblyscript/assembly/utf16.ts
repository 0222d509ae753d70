// What a String object holds, and whether the ABI takes it.

/** `text`, or a copy in which each lone surrogate is U+FFFD: the ABI traps on those. */
export function wellFormed(text: string): string {
  const length = text.length;
  const start = changetype<usize>(text);
  const end = start + ((<usize>length) << 1);
  let at = start;
  while (at + 8 <= end && !hasSurrogate(load<u64>(at))) at += 8;
  while (at < end) {
    const unit = load<u16>(at);
    if ((unit & 0xf800) == 0xd800) {
      if (unit >= 0xdc00 || at + 2 == end || (load<u16>(at, 2) & 0xfc00) != 0xdc00) return repaired(text);
      at += 2;
    }
    at += 2;
  }
  return text;
}

/** Whether one of four UTF-16 units lies in D800–DFFF. */
// @ts-ignore: decorator
@inline function hasSurrogate(units: u64): bool {
  const rest = (units & 0xf800f800f800f800) ^ 0xd800d800d800d800;
  return ((rest - 0x0001000100010001) & ~rest & 0x8000800080008000) != 0;
}

function repaired(text: string): string {
  const bytes = (<usize>text.length) << 1;
  const copy = __new(bytes, idof<String>());
  memory.copy(copy, changetype<usize>(text), bytes);
  for (let at: usize = 0; at < bytes; at += 2) {
    const unit = load<u16>(copy + at);
    if ((unit & 0xf800) != 0xd800) continue;
    if (unit < 0xdc00 && at + 2 < bytes && (load<u16>(copy + at, 2) & 0xfc00) == 0xdc00) at += 2;
    else store<u16>(copy + at, 0xfffd);
  }
  return changetype<string>(copy);
}

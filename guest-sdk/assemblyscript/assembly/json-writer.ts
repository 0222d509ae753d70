/** Writes JSON text into one growing buffer. */
export class JsonWriter {
  private buffer: usize = __new(256, idof<String>());
  private capacity: usize = 256;
  private used: usize = 0;
  /** Whether a comma goes before what comes next. */
  private comma: bool = false;

  finish(): string {
    return changetype<string>(__renew(this.buffer, this.used));
  }

  private reserve(bytes: usize): usize {
    const needed = this.used + bytes;
    if (needed > this.capacity) {
      this.capacity = max(needed, this.capacity << 1);
      this.buffer = __renew(this.buffer, this.capacity);
    }
    return this.buffer + this.used;
  }

  private unit(unit: u16): void {
    store<u16>(this.reserve(2), unit);
    this.used += 2;
  }

  raw(text: string): void {
    const bytes = (<usize>text.length) << 1;
    memory.copy(this.reserve(bytes), changetype<usize>(text), bytes);
    this.used += bytes;
  }

  open(bracket: u16): void {
    this.unit(bracket);
    this.comma = false;
  }

  close(bracket: u16): void {
    this.unit(bracket);
    this.comma = true;
  }

  /** Before each element. */
  next(): void {
    if (this.comma) this.unit(0x2c);
    this.comma = true;
  }

  key(name: string): void {
    this.next();
    this.text(name);
    this.unit(0x3a);
  }

  /** JSON knows no NaN and no infinity: they become null. */
  real(value: f64): void { this.raw(isFinite(value) ? value.toString() : "null"); }

  text(text: string): void {
    const bytes = (<usize>text.length) << 1;
    const start = changetype<usize>(text);
    let to = this.reserve(bytes + 4);
    this.used += bytes + 4;
    store<u16>(to, 0x22);
    to += 2;
    for (let at = start, end = start + bytes; at < end; at += 2) {
      const unit = load<u16>(at);
      if (unit >= 0x20 && unit != 0x22 && unit != 0x5c) {
        store<u16>(to, unit);
        to += 2;
      } else {
        to = this.escape(to, unit);
      }
    }
    store<u16>(to, 0x22);
  }

  /** Writes an escape in a text whose room counted one unit for it; gives where to go on. */
  private escape(to: usize, unit: u16): usize {
    const short = shortEscape(unit);
    const extra: usize = short ? 2 : 10;
    const offset = to - this.buffer;
    this.reserve(extra);
    this.used += extra;
    to = this.buffer + offset;
    store<u16>(to, 0x5c);
    if (short) {
      store<u16>(to, short, 2);
      return to + 4;
    }
    store<u16>(to, 0x75, 2);
    store<u16>(to, 0x30, 4);
    store<u16>(to, 0x30, 6);
    store<u16>(to, hexDigit(unit >> 4), 8);
    store<u16>(to, hexDigit(unit & 15), 10);
    return to + 12;
  }
}

function shortEscape(unit: u16): u16 {
  switch (unit) {
    case 0x22: return 0x22;
    case 0x5c: return 0x5c;
    case 0x08: return 0x62;
    case 0x09: return 0x74;
    case 0x0a: return 0x6e;
    case 0x0c: return 0x66;
    case 0x0d: return 0x72;
  }
  return 0;
}

function hexDigit(digit: u16): u16 {
  return digit < 10 ? 0x30 + digit : 0x57 + digit;
}

// From decimal digits to the nearest real, and to integers from there. The standard library's `parseFloat` is some units off
// between 1e38 and 1e53.

/** Powers of ten that are exact as reals. */
const EXACT_POWERS: StaticArray<f64> = [
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
];
/** Digits beyond these decide nothing but whether a text lies above or below the middle of two reals: one more does. */
const MOST_DIGITS: i32 = 800;
const INFINITE: u64 = 0x7ff0000000000000;

/** The real of a JSON number, rounded to even; infinite when it is out of range. */
export function parseReal(text: string): f64 {
  let at = 0, negative = false;
  if (text.charCodeAt(0) == 0x2d) {
    negative = true;
    at++;
  }
  const digits = new Big();
  let count = 0, exponent = 0, lead: u64 = 0, leadCount = 0, fraction = false, more = false;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit == 0x2e) {
      fraction = true;
      continue;
    }
    const digit = unit - 0x30;
    if (<u32>digit > 9) break;
    if (count == MOST_DIGITS) {
      more = more || digit != 0;
      if (!fraction) exponent++;
      continue;
    }
    if (fraction) exponent--;
    if (!count && !digit) continue;
    count++;
    digits.times(10, digit);
    if (leadCount < 19) {
      lead = lead * 10 + digit;
      leadCount++;
    }
  }
  if (more) {
    digits.times(10, 1);
    count++;
    exponent--;
  }
  if (at < text.length) exponent += written(text, at + 1);
  const real = count ? nearest(digits, count, exponent, lead, leadCount) : 0;
  return negative ? -real : real;
}

/** Whether `real` is an integer that is no rounded one: below 2^53 every integer has a real of its own. */
export function isExact(real: f64): bool {
  return real == Math.trunc(real) && Math.abs(real) < 9007199254740992.0;
}

/** The exponent that stands at the end of a number; any that is too large for a real is one that is. */
function written(text: string, at: i32): i32 {
  const negative = text.charCodeAt(at) == 0x2d;
  if (negative || text.charCodeAt(at) == 0x2b) at++;
  let exponent = 0;
  for (; at < text.length; at++) exponent = min(exponent * 10 + text.charCodeAt(at) - 0x30, 100_000_000);
  return negative ? -exponent : exponent;
}

function nearest(digits: Big, count: i32, exponent: i32, lead: u64, leadCount: i32): f64 {
  if (count + exponent > 310) return Infinity;
  if (count + exponent < -330) return 0;
  if (count <= 15 && exponent >= -22 && exponent <= 22) {
    return exponent < 0 ? <f64>lead / EXACT_POWERS[-exponent] : <f64>lead * EXACT_POWERS[exponent];
  }
  let guess = reinterpret<u64>(scaled(<f64>lead, exponent + count - leadCount));
  if (guess >= INFINITE) guess = INFINITE - 1;
  // The guess is a few units off at most; each step is exact.
  while (guess < INFINITE) {
    const side = compare(digits, exponent, guess);
    if (side < 0 || (side == 0 && !(guess & 1))) break;
    guess++;
  }
  while (guess > 0) {
    const side = compare(digits, exponent, guess - 1);
    if (side > 0 || (side == 0 && !(guess & 1))) break;
    guess--;
  }
  return reinterpret<f64>(guess);
}

function scaled(real: f64, exponent: i32): f64 {
  for (; exponent > 22; exponent -= 22) real *= 1e22;
  for (; exponent < -22; exponent += 22) real /= 1e22;
  return exponent < 0 ? real / EXACT_POWERS[-exponent] : real * EXACT_POWERS[exponent];
}

/** On which side of the middle between the real of `bits` and the next one the decimal number lies. */
function compare(digits: Big, exponent: i32, bits: u64): i32 {
  const biased = <i32>(bits >> 52);
  const fraction = bits & 0xfffffffffffff;
  const mantissa = biased ? fraction | 0x10000000000000 : fraction;
  const shift = max(biased, 1) - 1076;
  const number = digits.copy(), middle = Big.of(mantissa * 2 + 1);
  if (exponent > 0) number.timesTen(exponent);
  else middle.timesTen(-exponent);
  if (shift > 0) middle.shift(shift);
  else number.shift(-shift);
  return number.compare(middle);
}

/** A natural number: 32 bits a word, the lowest first. */
class Big {
  private words: u32[] = [];

  static of(value: u64): Big {
    const big = new Big();
    big.words = [<u32>value, <u32>(value >> 32)];
    return big;
  }

  copy(): Big {
    const big = new Big();
    big.words = this.words.slice();
    return big;
  }

  times(factor: u32, carry: u64): void {
    const words = this.words;
    for (let i = 0; i < words.length; i++) {
      carry += <u64>words[i] * factor;
      words[i] = <u32>carry;
      carry >>= 32;
    }
    if (carry) words.push(<u32>carry);
  }

  timesTen(power: i32): void {
    for (; power >= 9; power -= 9) this.times(1_000_000_000, 0);
    for (; power > 0; power--) this.times(10, 0);
  }

  shift(bits: i32): void {
    for (; bits >= 31; bits -= 31) this.times(1 << 31, 0);
    this.times(1 << bits, 0);
  }

  compare(other: Big): i32 {
    for (let i = max(this.words.length, other.words.length) - 1; i >= 0; i--) {
      const own = i < this.words.length ? this.words[i] : 0, its = i < other.words.length ? other.words[i] : 0;
      if (own != its) return own < its ? -1 : 1;
    }
    return 0;
  }
}

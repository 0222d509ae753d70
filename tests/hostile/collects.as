/** Makes rubbish for ever. */
export function collects(): i64 {
  let n: i64 = 0;
  while (true) { n += (new Uint8Array(1000)).length; if (n < 0) break; }
  return n;
}

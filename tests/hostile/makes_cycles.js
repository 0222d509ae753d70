/** Makes rubbish for ever that only a look at all of it finds. */
export function makes_cycles() {
  while (true) {
    const one = { room: new Uint8Array(1000) };
    one.self = one;
  }
}

/** The digits of the longest integer that there is, again and again. */
export function digits_of_a_bigint() {
  const long = 2n ** 1000000n;
  while (true) `${long}`;
}

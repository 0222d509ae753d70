/** Has the host give random bytes for ever. */
export function asks_for_random() {
  while (true) crypto.random(65536);
}

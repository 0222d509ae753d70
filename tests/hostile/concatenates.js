/** A text that doubles for ever. */
export function concatenates() {
  let text = "x";
  while (true) text += text;
}

/** A text that doubles for ever. */
export function concatenates(): string {
  let text = "x";
  while (true) text += text;
  return text;
}

/** Answers with halves of characters. */
export function lone_surrogates() {
  return { "\ud800": "\udfff\ud800", list: ["a\udc00", "\\ud800", "\ud83d\ude00"] };
}

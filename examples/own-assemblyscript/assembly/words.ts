export class Word {
  constructor(
    public word: string,
    public count: i32,
  ) {}
}

/** Each word of a text, with how often it stands there; in the order of their first use. */
export function countWords(text: string): Word[] {
  const found = new Map<string, Word>();
  const words = text.toLowerCase().split(" ");
  for (let i = 0; i < words.length; i++) {
    const word = words[i].trim();
    if (word.length == 0) continue;
    if (found.has(word)) found.get(word).count++;
    else found.set(word, new Word(word, 1));
  }
  return found.values();
}

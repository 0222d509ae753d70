/** A text of a billion letters. */
export function repeats() { return "x".repeat(2 ** 30).length; }

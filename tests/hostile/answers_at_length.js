/** Answers with thirty million letters. */
export function answers_at_length() { return "x".repeat(30 << 20); }

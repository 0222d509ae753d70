/** Catches that its stack is full, and fills it again. */
export function recurses_in_finally() {
  try {
    recurses_in_finally();
  } finally {
    recurses_in_finally();
  }
}

/** Replaces in order to replace. */
export function recurses_by_patterns() {
  const replace = () => "a".replace(/a/, replace);
  return replace();
}

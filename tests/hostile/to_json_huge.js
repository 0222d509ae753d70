/** Something small whose JSON has twelve megabytes. */
export function to_json_huge() {
  return { toJSON: () => "x".repeat(12 << 20) };
}

/** Takes and gives fields that have other meanings. */
interface Odd { __proto__?: string; constructor?: unknown; toJSON?: string; then?: string; hasOwnProperty?: string }
export function names_of_the_language(__proto__: Odd = {}, constructor: string = "x"): unknown {
  const odd: Record<string, unknown> = JSON.parse('{"__proto__": {"toJSON": 1}, "constructor": 2, "then": 3, "toJSON": 4}');
  return { ...odd, ["__proto__"]: __proto__, constructor };
}

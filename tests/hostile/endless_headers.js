/** Headers that never end. */
export function endless_headers() {
  function* pairs() {
    for (let n = 0; true; n++) yield [`x-${n}`, `${n}`.repeat(1000)];
  }
  return new Response("x", { headers: pairs() });
}

/** Answers with forty thousand headers. */
export function answers_with_headers() {
  const response = text("x");
  for (let n = 0; n < 40000; n++) response.headers.append(`x-${n}`, "");
  return response;
}

/** Throws errors for clients whose status is none. */
export async function forges_an_http_error() {
  const error = new HttpError(404, "not found");
  Object.defineProperty(error, "status", { get() { return { valueOf: () => 200 }; } });
  error.code = Symbol("code");
  throw error;
}

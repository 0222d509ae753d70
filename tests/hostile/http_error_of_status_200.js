/** Throws an error for clients that says that all is well. */
export function http_error_of_status_200() {
  throw Object.assign(new HttpError(404, "not found"), { status: 200 });
}

/// Answers with forty thousand headers.
#[fujsen]
fn answers_with_headers() -> Response {
    let mut response = Response::text("x");
    for n in 0..40_000 {
        response = response.header(&format!("x-{n}"), "");
    }
    response
}

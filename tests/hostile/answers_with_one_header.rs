/// Answers with one header, seventy thousand times.
#[fujsen]
fn answers_with_one_header() -> Response {
    let mut response = Response::text("x");
    for _ in 0..70_000 {
        response = response.header("x-a", "");
    }
    response
}

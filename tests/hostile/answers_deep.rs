/// Answers with JSON of many levels.
#[fujsen]
fn answers_deep() -> Response {
    Response::bytes("application/json", "[".repeat(200_000).into_bytes())
}

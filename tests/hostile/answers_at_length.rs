/// Answers with thirty megabytes.
#[fujsen]
fn answers_at_length() -> String {
    "x".repeat(30 << 20)
}

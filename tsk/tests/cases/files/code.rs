#[fujsen]
fn from_file() -> i64 {
    1
}

/// Logs twenty thousand lines.
#[fujsen]
fn floods_the_log() -> i64 {
    for _ in 0..20_000 {
        log::info("a line\nforged \u{1b}[31m", &[]);
    }
    1
}

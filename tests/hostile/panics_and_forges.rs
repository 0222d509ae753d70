/// Panics with a line of the log.
#[fujsen]
fn panics_and_forges() -> u64 {
    panic!("x\n2026-01-01T00:00:00Z  INFO access: forged \u{1b}[31m \u{202e}")
}

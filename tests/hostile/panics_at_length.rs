/// Panics with three megabytes.
#[fujsen]
fn panics_at_length() -> u64 {
    panic!("{}", "p".repeat(3 << 20))
}

/// Calls itself through the host, without an end.
#[fujsen]
fn calls_itself() -> Result<i64> {
    fujsen::call("calls_itself", &[])
}

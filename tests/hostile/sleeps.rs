/// Sleeps for an hour.
#[fujsen]
fn sleeps() {
    time::sleep(Duration::from_secs(3600))
}

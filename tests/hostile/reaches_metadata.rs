/// Asks the cloud for its keys.
#[fujsen]
fn reaches_metadata() -> Result<String> {
    let answer = http::get("http://169.254.169.254/latest/meta-data/").send()?;
    Ok(answer.text()?.to_owned())
}

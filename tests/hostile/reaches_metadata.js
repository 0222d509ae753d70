/** Asks the cloud for its keys. */
export async function reaches_metadata() {
  const answer = await fetch("http://169.254.169.254/latest/meta-data/");
  return answer.text();
}

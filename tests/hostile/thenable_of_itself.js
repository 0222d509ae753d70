/** What it comes to comes to itself. */
export async function thenable_of_itself() {
  const thenable = { then(resolve) { resolve(thenable); } };
  return thenable;
}

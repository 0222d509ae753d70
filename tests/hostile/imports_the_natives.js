/** Asks while it runs for what the SDK is made of. */
export async function imports_the_natives() {
  return import(["tusk", "host"].join(":"));
}

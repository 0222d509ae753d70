//! The AssemblyScript SDK, as it is embedded in this program.

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};

use crate::sdk::{SdkSource, named};

static ASSEMBLY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/assemblyscript/assembly");
static TRANSFORM: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/assemblyscript/transform");
const PACKAGE: &str = include_str!("../../../guest-sdk/assemblyscript/package.json");
const LOCK: &str = include_str!("../../../guest-sdk/assemblyscript/package-lock.json");
/// One by one: the folder may also hold `node_modules`.
const FILES: &[(&str, &str)] = &[
    ("package.json", PACKAGE),
    ("package-lock.json", LOCK),
    ("index.ts", include_str!("../../../guest-sdk/assemblyscript/index.ts")),
    (SCRIPT, include_str!("worker.mjs")),
];
/// Changed when the way of compiling changes what comes out.
const REVISION: &str = "1";
/// The compiler's own program, in the SDK's folder.
pub(super) const SCRIPT: &str = "worker.mjs";

/// The SDK, and the worker's script beside it.
pub(super) fn source() -> SdkSource {
    SdkSource::embedded(REVISION, FILES, &[("assembly", &ASSEMBLY), ("transform", &TRANSFORM)])
}

/// `package.json` and `package-lock.json`, which decide the npm packages.
pub(super) const MANIFESTS: [(&str, &str); 2] = [("package.json", PACKAGE), ("package-lock.json", LOCK)];

/// The name of the folder with the npm packages.
pub(super) fn packages() -> String {
    named("npm", &Sha256::new_with_prefix(PACKAGE).chain_update(LOCK).finalize())
}

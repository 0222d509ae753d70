//! The SDKs' folders are embedded: a file added to one of them must be noticed.
use std::{fs, path::Path};

/// What building an SDK by itself leaves in its folder.
const LEFT: [&str; 2] = ["target", "node_modules"];

fn main() {
    let sdks = Path::new("../guest-sdk");
    for sdk in fs::read_dir(sdks).into_iter().flatten().flatten() {
        for entry in fs::read_dir(sdk.path()).into_iter().flatten().flatten() {
            if !LEFT.iter().any(|left| entry.file_name() == *left) {
                println!("cargo::rerun-if-changed={}", entry.path().display());
            }
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}

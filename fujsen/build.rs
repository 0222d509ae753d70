//! The SDK's folders are embedded: a file added to one of them must be noticed.
use std::path::Path;

fn main() {
    for folder in ["rust/src", "rust/macros/src", "assemblyscript", "wit"] {
        let path = format!("../guest-sdk/{folder}");
        // Cargo runs this script every time when it is told to watch what is not there.
        if Path::new(&path).is_dir() {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    println!("cargo::rerun-if-changed=build.rs");
}

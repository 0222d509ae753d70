//! What both SDKs have of guest-sdk/wit is generated ahead of time, so that building a fujsen runs no generator.
//! `UPDATE=1 cargo test -p fujsen --test bindings` writes it anew after a change there.
#![allow(clippy::unwrap_used)]

mod assemblyscript;
mod rust;

use std::{
    fs,
    path::{Path, PathBuf},
};

use wit_bindgen_core::wit_parser::{Resolve, WorldId};

/// The folder of the SDKs.
fn sdks() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk")
}

fn world() -> (Resolve, WorldId) {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(sdks().join("wit")).unwrap();
    let world = resolve.select_world(&[package], Some("module")).unwrap();
    (resolve, world)
}

#[track_caller]
fn is_fresh(file: &str, fresh: &str) {
    let path = sdks().join(file);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, fresh).unwrap();
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == fresh,
        "guest-sdk/{file} is not what guest-sdk/wit says: UPDATE=1 cargo test -p fujsen --test bindings"
    );
}

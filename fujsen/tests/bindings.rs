//! The Rust SDK's bindings are generated ahead of time, so that building a fujsen runs no generator.
//! `UPDATE=1 cargo test -p fujsen --test bindings` writes them anew after a change of guest-sdk/wit.
#![allow(clippy::unwrap_used)]

use std::{fs, path::Path};

use wit_bindgen_core::{Files, WorldGenerator as _, wit_parser::Resolve};

fn generate(wit: &Path) -> String {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_path(wit).unwrap();
    let world = resolve.select_world(&[package], Some("module")).unwrap();
    let options = wit_bindgen_rust::Opts {
        runtime_path: Some("crate::rt".to_owned()),
        pub_export_macro: true,
        export_macro_name: Some("export_world".to_owned()),
        additional_derive_attributes: vec!["PartialEq".to_owned()],
        format: true,
        ..Default::default()
    };
    let mut files = Files::default();
    options.build().generate(&mut resolve, world, &mut files).unwrap();
    let (_, source) = files.iter().next().unwrap();
    // The crate has the name of the package: say which of the two is meant.
    String::from_utf8(source.to_vec())
        .unwrap()
        .replace("use tusk::", "use self::tusk::")
}

#[test]
fn are_fresh() {
    let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guest-sdk");
    let path = sdk.join("rust/src/bindings.rs");
    let fresh = generate(&sdk.join("wit"));
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(
        fs::read_to_string(&path).unwrap() == fresh,
        "guest-sdk/wit has changed: run this test with UPDATE=1"
    );
}

//! The Rust SDK's, by wit-bindgen.

use wit_bindgen_core::{Files, WorldGenerator as _};

fn generate() -> String {
    let (mut resolve, world) = crate::world();
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
    crate::is_fresh("rust/src/bindings.rs", &generate());
}

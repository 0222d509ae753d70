//! What a killed build or a toolchain's update leaves is made anew.
#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::Path, sync::Mutex};

use fujsen::Compiler;
use support::{File, folder, rust};

fn libraries(folder: &Path) -> Vec<std::path::PathBuf> {
    let sdks = fs::read_dir(folder.join("rust"))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let libraries = sdks.map(|sdk| sdk.join("target/wasm32-unknown-unknown/fujsen/libtusk.rlib"));
    libraries.filter(|path| path.is_file()).collect()
}

#[test]
fn a_damaged_sdk_is_compiled_anew() {
    let folder = folder("repair");
    let said = Mutex::new(Vec::new());
    let compile = |value: u128| {
        let text = format!("#[fujsen]\nfn a() -> String {{ \"{value}\".to_owned() }}\n");
        let module = File::new(&[("a", &text)]).module("", rust());
        let say = |line: &str| said.lock().unwrap().push(line.to_owned());
        Compiler::new(folder.clone()).compile(&module, &say).unwrap();
    };
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    compile(now);
    for library in libraries(&folder) {
        let bytes = fs::read(&library).unwrap();
        fs::write(&library, &bytes[..bytes.len() / 2]).unwrap();
    }
    compile(now + 1);
    assert!(
        said.lock()
            .unwrap()
            .iter()
            .any(|line| line.contains("compiling it anew"))
    );
}

#[test]
fn several_compilers_at_once_share_one_sdk() {
    let folder = folder("shared");
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_nanos();
    let text = format!("#[fujsen]\nfn a() -> String {{ \"{now}\".to_owned() }}\n");
    std::thread::scope(|scope| {
        for section in ["one", "two", "three", "three"] {
            let (text, folder) = (text.clone(), folder.clone());
            scope.spawn(move || {
                let module = File::new(&[("a", &text)]).module(section, rust());
                Compiler::new(folder).compile(&module, &support::silent).unwrap();
            });
        }
    });
}

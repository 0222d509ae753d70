//! Machine code kept between runs, so that a restart compiles nothing.
//!
//! Loading machine code is running it. So the folder belongs to this user alone, every file carries a tag made with a
//! key that only this user can read, the tag covers the engine's settings and the module, and the bytes that were
//! checked are the bytes that are loaded. Whatever does not fit is compiled again.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use hmac::{Hmac, Mac};
use rustix::process::geteuid;
use sha2::Sha256;
use wasmtime::{Engine, Module, component::Component};

const TAG: usize = 32;

/// A folder of machine code: a file for each module and each setting of the engine.
pub(crate) struct Precompiled {
    folder: PathBuf,
    /// None when the folder cannot be trusted: then nothing is kept.
    key: Option<[u8; 32]>,
}

impl Precompiled {
    /// `folder` is made when it is not there.
    pub(crate) fn new(folder: PathBuf) -> Self {
        let key = open_key(&folder)
            .inspect_err(|error| tracing::warn!(%error, folder = %folder.display(), "compiled code is not kept"))
            .ok();
        Self { folder, key }
    }

    /// The component, from kept machine code or else compiled now and kept.
    pub(crate) fn load(&self, engine: &Engine, wasm: &[u8], hash: &[u8; 32]) -> wasmtime::Result<Component> {
        self.kept(engine, wasm, hash)
    }

    /// As [`load`](Self::load), of a core module.
    pub(crate) fn module(&self, engine: &Engine, wasm: &[u8], hash: &[u8; 32]) -> wasmtime::Result<Module> {
        self.kept(engine, wasm, hash)
    }

    fn kept<C: Compiled>(&self, engine: &Engine, wasm: &[u8], hash: &[u8; 32]) -> wasmtime::Result<C> {
        let name = self.name(engine, hash);
        if let Some(code) = self.read(engine, &name) {
            return Ok(code);
        }
        let code = C::compile(engine, wasm)?;
        if let Err(error) = code
            .machine_code()
            .map_err(io::Error::other)
            .and_then(|code| self.write(&name, &code))
        {
            tracing::warn!(%error, folder = %self.folder.display(), "compiled code was not kept");
        }
        Ok(code)
    }

    fn name(&self, engine: &Engine, hash: &[u8; 32]) -> String {
        let mut settings = DefaultHasher::new();
        engine.precompile_compatibility_hash().hash(&mut settings);
        let module: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{module}-{:016x}.cwasm", settings.finish())
    }

    fn tag(&self, name: &str, code: &[u8]) -> Option<Hmac<Sha256>> {
        let mut tag = Hmac::<Sha256>::new_from_slice(&self.key?).ok()?;
        tag.update(name.as_bytes());
        tag.update(code);
        Some(tag)
    }

    fn read<C: Compiled>(&self, engine: &Engine, name: &str) -> Option<C> {
        let bytes = fs::read(self.folder.join(name)).ok()?;
        let (tag, code) = bytes.split_at_checked(TAG)?;
        self.tag(name, code)?.verify_slice(tag).ok()?;
        C::from_machine_code(engine, code)
    }

    fn write(&self, name: &str, code: &[u8]) -> io::Result<()> {
        let Some(tag) = self.tag(name, code) else { return Ok(()) };
        let path = self.folder.join(name);
        let draft = self.folder.join(format!("{name}.{}", std::process::id()));
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&draft)?;
        file.write_all(&tag.finalize().into_bytes())?;
        file.write_all(code)?;
        fs::rename(draft, path)
    }
}

/// What wasmtime makes machine code of.
trait Compiled: Sized {
    fn compile(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Self>;
    fn machine_code(&self) -> wasmtime::Result<Vec<u8>>;
    /// None for code of another kind, or of other settings. Only for code whose tag was checked: loading it is running it.
    fn from_machine_code(engine: &Engine, code: &[u8]) -> Option<Self>;
}

macro_rules! compiled {
    ($type:ty) => {
        impl Compiled for $type {
            fn compile(engine: &Engine, wasm: &[u8]) -> wasmtime::Result<Self> {
                Self::new(engine, wasm)
            }

            fn machine_code(&self) -> wasmtime::Result<Vec<u8>> {
                self.serialize()
            }

            #[expect(
                unsafe_code,
                reason = "wasmtime trusts machine code, and so must who hands it over"
            )]
            fn from_machine_code(engine: &Engine, code: &[u8]) -> Option<Self> {
                // SAFETY: the tag proves that this user's host serialized exactly these bytes for exactly these settings.
                unsafe { Self::deserialize(engine, code) }.ok()
            }
        }
    };
}
compiled!(Component);
compiled!(Module);

/// The key that tags are made with: made once, random, readable by this user only.
fn open_key(folder: &Path) -> io::Result<[u8; 32]> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let about = fs::symlink_metadata(folder)?;
    if !about.is_dir() || about.uid() != geteuid().as_raw() || about.mode() & 0o077 != 0 {
        return Err(io::Error::other(
            "the folder must belong to this user alone (chmod 700)",
        ));
    }
    // A way there that others can turn would have machine code written through their links.
    fujsen::check_folder(folder).map_err(io::Error::other)?;
    let path = folder.join("key");
    if !path.exists() {
        make_key(folder, &path)?;
    }
    let mut key = [0; 32];
    fs::File::open(path)?.read_exact(&mut key)?;
    Ok(key)
}

/// Two hosts that start at once both draft a key; the first link wins and both then read that one.
fn make_key(folder: &Path, path: &Path) -> io::Result<()> {
    let mut key = [0; 32];
    fs::File::open("/dev/urandom")?.read_exact(&mut key)?;
    let draft = folder.join(format!("key.{}", std::process::id()));
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(&key)?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    fn kept(folder: &Path) -> Vec<PathBuf> {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        files
            .filter(|path| path.extension().is_some_and(|extension| extension == "cwasm"))
            .collect()
    }

    #[test]
    fn code_that_was_tampered_with_is_compiled_again() {
        let folder = tempfile::TempDir::new().unwrap();
        let engine = Engine::default();
        let cache = folder.path().join("code");
        Precompiled::new(cache.clone()).load(&engine, EMPTY, &[7; 32]).unwrap();
        let file = kept(&cache).pop().unwrap();
        let sound = fs::read(&file).unwrap();
        let mut forged = sound.clone();
        *forged.last_mut().unwrap() ^= 1;
        fs::write(&file, &forged).unwrap();
        let precompiled = Precompiled::new(cache.clone());
        let name = file.file_name().unwrap().to_str().unwrap();
        assert!(
            precompiled.read::<Component>(&engine, name).is_none(),
            "forged code is not loaded"
        );
        precompiled.load(&engine, EMPTY, &[7; 32]).unwrap();
        assert!(
            precompiled.read::<Component>(&engine, name).is_some(),
            "it was replaced"
        );

        // Sound code under another module's name is not that module.
        let other = name.replace("07", "08");
        fs::write(cache.join(&other), &sound).unwrap();
        assert!(precompiled.read::<Component>(&engine, &other).is_none());
    }

    #[test]
    fn a_folder_that_others_can_write_keeps_nothing() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
        Precompiled::new(folder.path().to_owned())
            .load(&Engine::default(), EMPTY, &[7; 32])
            .unwrap();
        assert!(kept(folder.path()).is_empty());
    }

    #[test]
    fn a_way_that_others_can_turn_keeps_nothing() {
        let root = tempfile::TempDir::new().unwrap();
        let (open, real) = (root.path().join("open"), root.path().join("real"));
        for folder in [&open, &real] {
            fs::create_dir(folder).unwrap();
        }
        std::os::unix::fs::symlink(&real, open.join("cache")).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        let engine = Engine::default();
        Precompiled::new(open.join("cache/code"))
            .load(&engine, EMPTY, &[7; 32])
            .unwrap();
        assert!(kept(&real.join("code")).is_empty());
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        Precompiled::new(open.join("cache/code"))
            .load(&engine, EMPTY, &[7; 32])
            .unwrap();
        assert_eq!(kept(&real.join("code")).len(), 1);
    }
}

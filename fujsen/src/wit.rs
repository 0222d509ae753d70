//! The world that modules are checked against, as it is embedded in this program.
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use sha2::{Digest, Sha256};
use wit_parser::{Resolve, SourceMap, WorldId};

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/wit");

/// The world `tusk:fujsen/module`.
pub(crate) struct World {
    /// All types and interfaces of the package.
    pub(crate) resolve: Resolve,
    /// The world itself, among those of `resolve`.
    pub(crate) id: WorldId,
}

impl World {
    /// Reading fails only when guest-sdk/wit is wrong, which a test would show.
    pub(crate) fn get() -> Result<&'static Self, String> {
        static WORLD: LazyLock<Result<World, String>> = LazyLock::new(World::read);
        WORLD.as_ref().map_err(Clone::clone)
    }

    fn read() -> Result<Self, String> {
        let mut sources = SourceMap::new();
        for (name, text) in texts() {
            sources.push_str(name, text);
        }
        let group = sources.parse().map_err(|(_, error)| error.to_string())?;
        let mut resolve = Resolve::default();
        let package = resolve.push_group(group).map_err(|error| error.to_string())?;
        let id = resolve
            .select_world(&[package], Some("module"))
            .map_err(|error| error.to_string())?;
        Ok(Self { resolve, id })
    }

    /// Whether the host offers an interface such as `tusk:fujsen/log@0.1.0`.
    pub(crate) fn has_import(&self, name: &str) -> bool {
        let world = self.resolve.worlds.get(self.id);
        let mut imports = world.into_iter().flat_map(|world| world.imports.keys());
        imports.any(|key| self.resolve.name_world_key(key) == name)
    }
}

fn texts() -> impl Iterator<Item = (&'static str, &'static str)> {
    let wit = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|extension| extension == "wit"));
    wit.filter_map(|file| Some((file.path().to_str()?, file.contents_utf8()?)))
}

/// SHA-256 of all files of guest-sdk/wit: a module that was made for others is made anew.
pub(crate) fn fingerprint() -> [u8; 32] {
    let mut hash = Sha256::new();
    texts().for_each(|(name, text)| hash.update(format!("{name} {} {text}", text.len())));
    hash.finalize().into()
}

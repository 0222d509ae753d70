//! `.proto` files: read below the TSK file's folder, compiled when the file is loaded.

use std::{
    cell::Cell,
    collections::BTreeSet,
    io,
    path::{Component, Path, PathBuf},
};

use prost_reflect::DescriptorPool;
use protox::{
    Compiler, Error,
    file::{ChainFileResolver, File, FileResolver, GoogleFileResolver},
};
use tsk::{Config, Diagnostic, Environment, Span};

use super::settings;
use crate::base::{folder::Folder, limits};

/// The files that `[grpc]` names and what they import, as far as they can be read: a change of one is a change of the
/// service.
pub fn files(config: &Config, folder: &Path) -> Vec<PathBuf> {
    let named = settings::named_protos(config);
    if named.is_empty() {
        return Vec::new();
    }
    let Ok(resolver) = Below::open(folder) else {
        return Vec::new();
    };
    let mut found = BTreeSet::new();
    let mut left: Vec<String> = named.into_iter().map(|(path, _)| path).collect();
    while let Some(name) = left.pop() {
        if !is_below(&name) || found.contains(&name) {
            continue;
        }
        match resolver.open_file(&name) {
            Ok(file) => left.extend(file.file_descriptor_proto().dependency.iter().cloned()),
            // These come with the compiler.
            Err(error) if error.is_file_not_found() && name.starts_with("google/protobuf/") => continue,
            Err(_) => {}
        }
        found.insert(name);
    }
    found.iter().map(|name| folder.join(name)).collect()
}

/// Compiles files and what they import. The diagnostic is at the path in the TSK file, and names file and line.
pub(super) fn compile(folder: &Path, paths: &[(String, Span)]) -> Result<DescriptorPool, Box<Diagnostic>> {
    let span = paths.first().map(|(_, span)| *span).unwrap_or_default();
    let failed = |span, message: String| {
        let help = "paths and imports start at the TSK file's folder, and stay below it";
        Box::new(Diagnostic::error("proto", message).at(span).help(help))
    };
    let below = Below::open(folder).map_err(|error| failed(span, format!("cannot read the folder: {error}")))?;
    let mut resolver = ChainFileResolver::new();
    resolver.add(below);
    resolver.add(GoogleFileResolver::new());
    let mut compiler = Compiler::with_file_resolver(resolver);
    for (path, span) in paths {
        if !is_below(path) {
            return Err(failed(*span, format!("`{path}` leads out of the TSK file's folder")));
        }
        compiler.open_file(path).map_err(|error| {
            if error.is_file_not_found() && error.file().is_none() {
                return failed(*span, format!("there is no file `{path}`"));
            }
            // What the compiler prints for developers begins with file, line and column.
            let shown = match error.file() {
                Some(_) => format!("{error:?}"),
                None => error.to_string(),
            };
            failed(*span, format!("`{path}` does not compile: {shown}"))
        })?;
    }
    Ok(compiler.descriptor_pool())
}

/// A name that the compiler takes, too.
fn is_below(path: &str) -> bool {
    !path.is_empty()
        && Path::new(path)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// Reads imports below the folder, a bounded number of them.
struct Below {
    folder: Folder,
    left: Cell<usize>,
}

impl Below {
    fn open(folder: &Path) -> io::Result<Self> {
        Ok(Self {
            folder: Folder::open(folder)?,
            left: Cell::new(limits::GRPC_FILES),
        })
    }
}

impl FileResolver for Below {
    fn open_file(&self, name: &str) -> Result<File, Error> {
        let Some(left) = self.left.get().checked_sub(1) else {
            return Err(Error::new(format!("there are more than {} files", limits::GRPC_FILES)));
        };
        let bytes = self.folder.read(name).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Error::file_not_found(name),
            _ => Error::new(format!("`{name}` cannot be read: {error}")),
        })?;
        self.left.set(left);
        if bytes.len() > limits::GRPC_PROTO {
            let most = limits::GRPC_PROTO >> 20;
            return Err(Error::new(format!("`{name}` is over {most} MiB")));
        }
        let text = String::from_utf8(bytes).map_err(|_| Error::new(format!("`{name}` is not UTF-8")))?;
        File::from_source(name, &text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fs;

    use serde_json::json;

    use super::*;
    use crate::capability::fixture;

    fn compiled(folder: &Path, path: &str) -> Result<DescriptorPool, String> {
        let diagnostic = |diagnostic: Box<Diagnostic>| diagnostic.message;
        compile(folder, &[(path.to_owned(), Span::default())]).map_err(diagnostic)
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::create_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
            fs::write(folder.path().join(name), format!("syntax = \"proto3\";\n{text}")).unwrap();
        }
        folder
    }

    #[test]
    fn imports_are_found_and_watched() {
        let folder = folder(&[
            (
                "a.proto",
                "import \"more/b.proto\";\nimport \"google/protobuf/empty.proto\";\nservice S { rpc M(google.protobuf.Empty) returns (B); }",
            ),
            ("more/b.proto", "message B {}"),
        ]);
        let pool = compiled(folder.path(), "a.proto").unwrap();
        assert!(pool.get_service_by_name("S").is_some() && pool.get_message_by_name("B").is_some());
        let config = fixture::config(json!({"grpc": {"s": {"url": "http://a", "proto": ["./a.proto"]}}}));
        let expected = [folder.path().join("a.proto"), folder.path().join("more/b.proto")];
        assert_eq!(files(&config, folder.path()), expected);
        fs::write(folder.path().join("a.proto"), "what?").unwrap();
        assert_eq!(files(&config, folder.path()), expected[..1]);
    }

    #[test]
    fn what_is_wrong_has_a_file_and_a_line() {
        let folder = folder(&[
            ("typo.proto", "message A {\n  strin name = 1;\n}"),
            ("syntax.proto", "mesage A {}"),
            ("imports.proto", "import \"gone.proto\";"),
            ("imports-broken.proto", "import \"syntax.proto\";"),
            ("circle.proto", "import \"circle.proto\";"),
            ("out.proto", "import \"../out.proto\";"),
        ]);
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("x.proto"), "syntax = \"proto3\";").unwrap();
        std::os::unix::fs::symlink(outside.path().join("x.proto"), folder.path().join("link.proto")).unwrap();
        for (path, what) in [
            ("typo.proto", "`typo.proto` does not compile: typo.proto:3:3: "),
            ("syntax.proto", "`syntax.proto` does not compile: syntax.proto:2:1: "),
            ("imports.proto", "imports.proto:2:1: import 'gone.proto' not found"),
            ("imports-broken.proto", "syntax.proto:2:1: "),
            ("circle.proto", "import cycle"),
            ("out.proto", "`out.proto` does not compile: "),
            ("link.proto", "`link.proto` cannot be read: "),
            ("none.proto", "there is no file `none.proto`"),
            ("../x.proto", "`../x.proto` leads out of the TSK file's folder"),
            ("/etc/passwd", "`/etc/passwd` leads out of the TSK file's folder"),
        ] {
            let message = compiled(folder.path(), path).unwrap_err();
            assert!(message.contains(what), "{path}: {message}");
        }
    }
}

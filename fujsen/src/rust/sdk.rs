//! The Rust SDK: embedded in this program, built once.

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::Child,
};

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    Progress,
    cache::write_atomically,
    limits,
    once::once,
    problem::Problem,
    process::{Environment, Sandbox},
    rust::tools::{ANYWHERE, TARGET, Tools, last_lines},
    sdk::{SdkSource, named},
};

static SOURCES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/rust/src");
static MACROS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../guest-sdk/rust/macros/src");
/// One by one: the folder may also hold a `target`.
const FILES: &[(&str, &str)] = &[
    ("Cargo.toml", include_str!("../../../guest-sdk/rust/Cargo.toml")),
    ("Cargo.lock", include_str!("../../../guest-sdk/rust/Cargo.lock")),
    ("README.md", include_str!("../../../guest-sdk/rust/README.md")),
    (
        "macros/Cargo.toml",
        include_str!("../../../guest-sdk/rust/macros/Cargo.toml"),
    ),
];
/// Changed when the way of compiling changes what comes out.
const REVISION: &str = "2";
/// The crates that a text can name.
const CRATES: &[&str] = &["tusk", "serde", "serde_json"];
const PROFILE: &str = "fujsen";

/// What is compiled once, before the first module.
pub(super) fn source() -> SdkSource {
    SdkSource::embedded(REVISION, FILES, &[("src", &SOURCES), ("macros/src", &MACROS)])
}

/// The compiled SDK.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Sdk {
    /// Names and files of the crates that a text can name.
    pub(super) crates: Vec<(String, PathBuf)>,
    /// Where their dependencies are: those of the target, and the macros that run here.
    pub(super) folders: Vec<PathBuf>,
    #[serde(skip)]
    stamp: PathBuf,
}

impl Sdk {
    /// Compiles the SDK unless an earlier run has. Processes that want the same one wait for each other.
    pub(super) fn build(
        source: &SdkSource,
        tools: &Tools,
        environment: &Environment,
        folder: &Path,
        progress: Progress<'_>,
    ) -> Result<Self, Problem> {
        let key = Sha256::new_with_prefix(source.fingerprint())
            .chain_update(&tools.version)
            .finalize();
        let folder = folder.join(named("sdk", &key));
        let stamp = folder.join("ready.json");
        fs::create_dir_all(&folder).map_err(|error| Problem::io(format!("make {}", folder.display()), &error))?;
        once(
            &folder.join("lock"),
            || Self::ready(&stamp),
            || {
                let cargo = Cargo {
                    tools,
                    environment,
                    folder: &folder,
                };
                let sdk = cargo.build(source, progress)?;
                let json = serde_json::to_vec(&sdk).unwrap_or_default();
                write_atomically(&stamp, &json)
                    .map_err(|error| Problem::io(format!("write {}", stamp.display()), &error))?;
                Ok(Self {
                    stamp: stamp.clone(),
                    ..sdk
                })
            },
        )
    }

    /// What the stamp says, if all of it is there. The stamp is written last: a build that was killed has none.
    fn ready(stamp: &Path) -> Option<Self> {
        let sdk: Self = serde_json::from_slice(&fs::read(stamp).ok()?).ok()?;
        let is_whole = sdk.crates.len() == CRATES.len() && sdk.crates.iter().all(|(_, path)| path.is_file());
        is_whole.then(|| Self {
            stamp: stamp.to_owned(),
            ..sdk
        })
    }

    /// Makes the next [`build`](Self::build) start from nothing.
    pub(super) fn discard(&self) {
        let _ = fs::remove_file(&self.stamp);
        if let Some(folder) = self.stamp.parent() {
            let _ = fs::remove_dir_all(folder.join("target"));
        }
    }
}

/// One run of cargo on the SDK's sources.
struct Cargo<'a> {
    tools: &'a Tools,
    environment: &'a Environment,
    folder: &'a Path,
}

impl Cargo<'_> {
    fn build(&self, source: &SdkSource, progress: Progress<'_>) -> Result<Sdk, Problem> {
        progress("rust: compiling the SDK, once for this version");
        let sources = self.folder.join("source");
        source.write(&sources)?;
        let home = self.home()?;
        self.fetch(&sources, &home)?;
        let failed = |error| Problem::io("run `cargo`", &error);
        let mut child = self
            .command(&sources, &home, progress)
            .and_then(|mut command| command.spawn())
            .map_err(failed)?;
        let (artifacts, said) = read(&mut child, progress);
        if !child.wait().map_err(failed)?.success() {
            return Err(explain(&said));
        }
        self.sdk(&artifacts)
    }

    /// Cargo's own folder, so that no other cargo's lock is waited for. The user's settings (mirrors, proxies) count.
    fn home(&self) -> Result<PathBuf, Problem> {
        let home = self.folder.with_file_name("cargo");
        let own = home.join("config.toml");
        let prepared = fs::create_dir_all(&home).and_then(|()| {
            let settings = self.environment.cargo_home().map(|home| home.join("config.toml"));
            match settings.filter(|path| path.is_file()) {
                Some(path) => fs::copy(path, &own).map(drop),
                None => match fs::remove_file(&own) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                    _ => Ok(()),
                },
            }
        });
        prepared.map_err(|error| Problem::io(format!("prepare {}", home.display()), &error))?;
        Ok(home)
    }

    /// The SDK's locked dependencies: the one step that reaches the network. It compiles and runs nothing of them.
    fn fetch(&self, sources: &Path, home: &Path) -> Result<(), Problem> {
        let output = self
            .environment
            // Cargo takes settings from the folders above the one it is started in.
            .command(&self.tools.cargo, Path::new(ANYWHERE))
            .args(["fetch", "--locked", "--manifest-path"])
            .arg(sources.join("Cargo.toml"))
            .env("CARGO_HOME", home)
            .env("RUSTC", &self.tools.rustc)
            .output()
            .map_err(|error| Problem::io("run `cargo`", &error))?;
        match output.status.success() {
            true => Ok(()),
            false => Err(explain(&String::from_utf8_lossy(&output.stderr))),
        }
    }

    /// Confined as the compilers are: what is compiled has build scripts and macros, which run.
    fn command(&self, sources: &Path, home: &Path, progress: Progress<'_>) -> std::io::Result<std::process::Command> {
        let target = self.folder.join("target");
        // No path of this machine in a module.
        let remaps = [(home.join("registry/src"), ""), (sources.to_owned(), "tusk")]
            .map(|(path, name)| format!("--remap-path-prefix={}={name}", path.display()));
        let remaps = [&remaps[..], &[self.tools.remap()]].concat();
        let sandbox = Sandbox::new(self.folder, limits::SDK_BUILD)
            .writing(self.folder)
            .writing(home);
        // A linker for the macros, and what it needs.
        let linker = ["/usr", "/bin", "/opt"].into_iter().map(PathBuf::from);
        let sandbox = linker.chain(self.tools.toolchain()).fold(sandbox, Sandbox::reading);
        let mut command = sandbox.command(&self.tools.cargo, progress)?;
        command
            .current_dir(ANYWHERE)
            .args([
                "build",
                "--offline",
                "--locked",
                "--message-format=json",
                "--target",
                TARGET,
                "--profile",
                PROFILE,
            ])
            .args(["-p", "tusk", "-p", "serde", "-p", "serde_json"])
            .arg("--manifest-path")
            .arg(sources.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(target)
            .env("HOME", self.folder)
            .env("TMPDIR", self.folder.join("tmp"))
            .env("CARGO_HOME", home)
            .env("RUSTC", &self.tools.rustc)
            // The user's settings may name one, which is none of the sandbox.
            .env("RUSTC_WRAPPER", "")
            .env("CARGO_ENCODED_RUSTFLAGS", remaps.join("\x1f"));
        Ok(command)
    }

    fn sdk(&self, artifacts: &[(String, PathBuf)]) -> Result<Sdk, Problem> {
        let find = |name: &&str| {
            let (_, path) = artifacts
                .iter()
                .find(|(known, path)| known == name && is_for_target(path))?;
            Some(((*name).to_owned(), path.clone()))
        };
        let crates: Vec<_> = CRATES.iter().filter_map(find).collect();
        if crates.len() != CRATES.len() {
            return Err(Problem::new(
                "cargo compiled the SDK, but did not say where it is",
                "use the cargo that belongs to your rustc: rustup update stable",
            ));
        }
        let target = self.folder.join("target");
        Ok(Sdk {
            crates,
            folders: vec![
                target.join(TARGET).join(PROFILE).join("deps"),
                target.join(PROFILE).join("deps"),
            ],
            stamp: PathBuf::new(),
        })
    }
}

fn is_for_target(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == TARGET)
}

/// One line of what cargo prints.
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    target: Option<MessageTarget>,
    #[serde(default)]
    filenames: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct MessageTarget {
    name: String,
}

/// The crates that cargo compiled with their libraries, and what it said on its error output.
fn read(child: &mut Child, progress: Progress<'_>) -> (Vec<(String, PathBuf)>, String) {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    std::thread::scope(|scope| {
        let said = scope.spawn(|| {
            let mut said = String::new();
            if let Some(mut stderr) = stderr {
                let _ = stderr.read_to_string(&mut said);
            }
            said
        });
        let mut artifacts = Vec::new();
        for line in stdout
            .map(BufReader::new)
            .into_iter()
            .flat_map(|lines| lines.lines().map_while(Result::ok))
        {
            let Ok(Message {
                reason,
                target: Some(target),
                filenames,
            }) = serde_json::from_str(&line)
            else {
                continue;
            };
            if reason != "compiler-artifact" {
                continue;
            }
            if target.name != "build-script-build" {
                progress(&format!("rust: compiled {}", target.name));
            }
            let library = filenames
                .into_iter()
                .find(|path| path.extension().is_some_and(|extension| extension == "rlib"));
            artifacts.extend(library.map(|path| (target.name.replace('-', "_"), path)));
        }
        (artifacts, said.join().unwrap_or_default())
    })
}

fn explain(said: &str) -> Problem {
    let message = format!("the Rust SDK could not be compiled: {}", last_lines(said, 4));
    let help = if said.contains("linker `") {
        "install a C compiler, which links Rust's macros: apt-get install gcc, dnf install gcc or xcode-select --install"
    } else if said.contains("failed to download") || said.contains("failed to get") || said.contains("index") {
        "the first compile downloads serde and a few others from crates.io: check the network, HTTPS_PROXY and ~/.cargo/config.toml"
    } else {
        "run it again; when it stays, remove the folder `rust` of the cache"
    };
    Problem::new(message, help)
}

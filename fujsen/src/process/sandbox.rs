//! What a compiler sees: its own folder, what it is told to read, and nothing of the machine, the user or the service.
use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Once,
    time::Duration,
};

use crate::Progress;

/// Libraries and the loader: no program starts without. Of `/etc` only what the loader reads.
const LIBRARIES: &[&str] = &[
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/nix/store",
    "/gnu/store",
    "/etc/ld.so.cache",
    "/dev/urandom",
];
/// Where a linker is looked for by name.
const PATH: &str = "/usr/bin:/bin";
/// Below its own folder.
const TEMPORARY: &str = "tmp";

/// The room of one program.
#[derive(Debug)]
pub(crate) struct Sandbox {
    folder: PathBuf,
    reads: Vec<PathBuf>,
    writes: Vec<PathBuf>,
    cpu: Duration,
}

impl Sandbox {
    /// Works in `folder`, and takes so much processor time.
    pub(crate) fn new(folder: &Path, cpu: Duration) -> Self {
        Self {
            folder: folder.to_owned(),
            reads: LIBRARIES.iter().map(PathBuf::from).collect(),
            writes: vec!["/dev/null".into()],
            cpu,
        }
    }

    /// Reads and runs what is at a path, or below it.
    pub(crate) fn reading(mut self, path: impl Into<PathBuf>) -> Self {
        self.reads.push(path.into());
        self
    }

    /// Writes below a folder.
    pub(crate) fn writing(mut self, folder: impl Into<PathBuf>) -> Self {
        self.writes.push(folder.into());
        self
    }

    /// A command whose output is read. Its variables are a path for linkers and a folder for temporary files, which is
    /// emptied here; whoever wants more sets it.
    pub(crate) fn command(&self, program: &Path, progress: Progress<'_>) -> io::Result<Command> {
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", PATH)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if self.writes.contains(&self.folder) {
            let temporary = self.folder.join(TEMPORARY);
            match fs::remove_dir_all(&temporary) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => fs::create_dir(&temporary)?,
            }
            // Relative to its folder, so that no path of this machine can get into what is compiled.
            command.env("TMPDIR", TEMPORARY);
        }
        self.confine(&mut command, program, progress)?;
        Ok(command)
    }

    #[cfg(target_os = "linux")]
    #[expect(unsafe_code, reason = "what runs between fork and exec has rules that no type tells")]
    fn confine(&self, command: &mut Command, program: &Path, progress: Progress<'_>) -> io::Result<()> {
        use std::os::unix::process::CommandExt as _;

        let mut reads = self.reads.clone();
        reads.push(program.to_owned());
        reads.extend(libraries_beside(program));
        let confinement = super::confine::Confinement::new(&reads, &self.writes, self.cpu)?;
        warn(&confinement.lacks(), progress);
        // SAFETY: `enter` only calls the kernel, as it promises; what it needs was allocated above.
        unsafe { command.pre_exec(move || confinement.enter()) };
        Ok(())
    }

    #[cfg(not(target_os = "linux"))]
    fn confine(&self, command: &mut Command, _program: &Path, progress: Progress<'_>) -> io::Result<()> {
        use std::os::unix::process::CommandExt as _;

        warn(&["files", "the network", "memory"], progress);
        command.process_group(0);
        Ok(())
    }
}

/// What a program that is installed for itself brings along: `lib/*.so*` beside its `bin`.
#[cfg(target_os = "linux")]
fn libraries_beside(program: &Path) -> Vec<PathBuf> {
    let lib = fs::canonicalize(program)
        .ok()
        .and_then(|program| Some(program.parent()?.parent()?.join("lib")));
    let entries = lib.into_iter().filter_map(|lib| fs::read_dir(lib).ok()).flatten();
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().contains(".so"))
        })
        .collect()
}

/// Says once what is not enforced here.
fn warn(lacks: &[&str], progress: Progress<'_>) {
    static ONCE: Once = Once::new();
    if !lacks.is_empty() {
        ONCE.call_once(|| {
            progress(&format!(
                "this system cannot confine compilers: {}. Texts are still checked for what reads files; serve none that you do not trust",
                lacks.join(", ")
            ));
        });
    }
}

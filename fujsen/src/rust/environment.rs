use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The variables that compilers may see: where tools are, and how to reach the network. Nothing of the service's.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    variables: Vec<(String, OsString)>,
}

const KEPT: &[&str] = &[
    "PATH",
    "HOME",
    "USERPROFILE",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];
const KEPT_PREFIXES: &[&str] = &["RUSTUP_", "CARGO_HTTP_", "CARGO_NET_"];

impl Environment {
    pub(super) fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    pub(super) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            // `CARGO_HOME` says where the user's tools and settings are; it is not passed on.
            variables: named
                .filter(|(name, _)| is_kept(name) || name == "CARGO_HOME")
                .collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_os_str())
    }

    /// The user's own cargo folder: settings, and tools that are not on PATH.
    pub(super) fn cargo_home(&self) -> Option<PathBuf> {
        let home = || {
            self.get("HOME")
                .or_else(|| self.get("USERPROFILE"))
                .map(|home| Path::new(home).join(".cargo"))
        };
        self.get("CARGO_HOME").map(PathBuf::from).or_else(home)
    }

    /// A program on PATH, or where rustup installs.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        let folders = std::env::split_paths(path).chain(self.cargo_home().map(|home| home.join("bin")));
        let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
        folders.map(|folder| folder.join(&file)).find(|path| path.is_file())
    }

    /// A command that sees only these variables, works in `folder`, and whose output is read.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(folder)
            .env_clear()
            .envs(
                self.variables
                    .iter()
                    .filter(|(name, _)| is_kept(name))
                    .map(|(name, value)| (name, value)),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn is_kept(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    KEPT.contains(&upper.as_str()) || KEPT_PREFIXES.iter().any(|prefix| upper.starts_with(prefix))
}

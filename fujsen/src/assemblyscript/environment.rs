use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// The variables that node and npm may see: where tools are, and how to reach the network. Nothing of the service's.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    variables: Vec<(String, OsString)>,
}

const KEPT: &[&str] = &[
    "PATH",
    "PATHEXT",
    "HOME",
    "USERPROFILE",
    "APPDATA",
    "SYSTEMROOT",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];
const KEPT_PREFIX: &str = "NPM_CONFIG_";

impl Environment {
    pub(super) fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    pub(super) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            variables: named.filter(|(name, _)| is_kept(name)).collect(),
        }
    }

    /// A program on PATH.
    pub(super) fn program(&self, name: &str) -> Option<PathBuf> {
        let (_, path) = self
            .variables
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case("PATH"))?;
        let names = if cfg!(windows) {
            vec![format!("{name}.exe"), format!("{name}.cmd")]
        } else {
            vec![name.to_owned()]
        };
        std::env::split_paths(path)
            .flat_map(|folder| names.iter().map(move |name| folder.join(name)).collect::<Vec<_>>())
            .find(|path| path.is_file())
    }

    /// A command that sees only these variables.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn is_kept(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    KEPT.contains(&upper.as_str()) || upper.starts_with(KEPT_PREFIX)
}

//! The variables that a tool may see, and where tools are.
use std::{
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What is known of this process's variables: where tools are, and how to reach the network. Nothing of the service's.
#[derive(Clone, Debug, Default)]
pub(crate) struct Environment {
    variables: Vec<(String, OsString)>,
}

const KEPT: &[&str] = &[
    "PATH",
    "TMPDIR",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
];
const KEPT_PREFIXES: &[&str] = &["RUSTUP_", "CARGO_HTTP_", "CARGO_NET_", "NPM_CONFIG_"];
/// Folders. Tools are started in other folders than this process, so these are made absolute; empty ones are none.
const FOLDERS: &[&str] = &["HOME", "CARGO_HOME", "RUSTUP_HOME"];

impl Environment {
    /// What this process's variables say, as they are now.
    pub(crate) fn of_process() -> Self {
        Self::of(std::env::vars_os())
    }

    /// What these variables say. Those that tools have no use for are left out, and so are names that are not Unicode.
    pub(crate) fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let named = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value)));
        Self {
            variables: named.filter_map(kept).collect(),
        }
    }

    fn get(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_os_str())
    }

    /// The user's own cargo folder: settings, and tools that are not on PATH.
    pub(crate) fn cargo_home(&self) -> Option<PathBuf> {
        let home = || self.get("HOME").map(|home| Path::new(home).join(".cargo"));
        self.get("CARGO_HOME").map(PathBuf::from).or_else(home)
    }

    /// A program on PATH, or where rustup installs.
    pub(crate) fn program(&self, name: &str) -> Option<PathBuf> {
        let path = self.get("PATH").unwrap_or_default();
        let folders = std::env::split_paths(path).chain(self.cargo_home().map(|home| home.join("bin")));
        // A relative folder of PATH would be another one where the program is started.
        folders
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(name))
            .find(|path| path.is_file())
    }

    /// A command of the host's own that sees only these variables, works in `folder`, and whose output is read. It may
    /// install something: it is not confined.
    pub(crate) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        // `CARGO_HOME` says where the user's tools and settings are; it is not passed on.
        let passed = self.variables.iter().filter(|(name, _)| name != "CARGO_HOME");
        command
            .current_dir(folder)
            .env_clear()
            .envs(passed.map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

fn kept((name, value): (String, OsString)) -> Option<(String, OsString)> {
    if FOLDERS.contains(&name.as_str()) {
        // Fails for an empty path, and where the process's own folder is gone.
        let folder = std::path::absolute(&value).ok()?;
        return Some((name, folder.into_os_string()));
    }
    let upper = name.to_ascii_uppercase();
    let is_kept = KEPT.contains(&upper.as_str()) || KEPT_PREFIXES.iter().any(|prefix| upper.starts_with(prefix));
    is_kept.then_some((name, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(variables: &[(&str, &str)]) -> Vec<String> {
        let environment = Environment::of(variables.iter().map(|(name, value)| (name.into(), value.into())));
        let command = environment.command(Path::new("true"), Path::new("/"));
        let names = command.get_envs().map(|(name, _)| name.to_string_lossy().into_owned());
        names.collect()
    }

    #[test]
    fn tools_see_nothing_of_the_service() {
        let variables = [
            ("PATH", "/bin"),
            ("DATABASE_URL", "secret"),
            ("RUSTUP_HOME", "/r"),
            ("NPM_TOKEN", "secret"),
            ("CARGO_HOME", "/c"),
            ("https_proxy", "p"),
            ("npm_config_registry", "r"),
        ];
        assert_eq!(
            names(&variables),
            ["PATH", "RUSTUP_HOME", "https_proxy", "npm_config_registry"]
        );
    }

    #[test]
    fn an_empty_folder_is_none_and_a_relative_one_is_below_this_process() {
        assert!(names(&[("HOME", ""), ("RUSTUP_HOME", "")]).is_empty());
        let environment = Environment::of([("HOME".into(), "below".into())]);
        let here = std::env::current_dir().unwrap_or_default();
        assert_eq!(environment.cargo_home(), Some(here.join("below/.cargo")));
    }
}

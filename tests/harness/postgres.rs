//! A PostgreSQL server of the test's own.

use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

/// A PostgreSQL server of its own on a free loopback port, with a user `app` who owns the database `app`; ended when
/// dropped. What it is told survives `stop`.
pub(crate) struct Postgres {
    pub(crate) port: u16,
    child: Option<Child>,
    folder: TempDir,
    binaries: PathBuf,
    /// The server refuses to run as root.
    user: Option<(u32, u32)>,
    options: Vec<String>,
}

impl Postgres {
    pub(crate) fn start() -> Self {
        let mut server = Self::prepare();
        server.restart();
        server
    }

    /// One that takes TLS connections, with a certificate and its key as PEM.
    pub(crate) fn start_with_tls(certificate: &str, key: &str) -> Self {
        let mut server = Self::prepare();
        for (name, pem) in [("server.crt", certificate), ("server.key", key)] {
            let file = server.folder.path().join("data").join(name);
            fs::write(&file, pem).expect("the folder can be written");
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
            fs::set_permissions(&file, mode).expect("the file is ours");
            server.give_away(&file);
        }
        server.options = vec!["-c".into(), "ssl=on".into()];
        server.restart();
        server
    }

    fn prepare() -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a loopback port is free")
            .port();
        let server = Self {
            port,
            child: None,
            folder,
            binaries: binaries(),
            user: other_user(),
            options: Vec::new(),
        };
        server.give_away(server.folder.path());
        let data = server.folder.path().join("data");
        let made = server
            .command("initdb")
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--no-sync",
                "-D",
            ])
            .arg(&data)
            .output()
            .expect("initdb starts");
        assert!(made.status.success(), "{made:?}");
        let access = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(data.join("pg_hba.conf"), access).expect("the folder can be written");
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://app:geheim@127.0.0.1:{}/app", self.port)
    }

    /// Runs statements as the server's owner, and gives what they print: values without a frame.
    pub(crate) fn admin(&self, sql: &str) -> String {
        self.admin_in("postgres", sql)
    }

    /// As [`admin`](Self::admin), in another database than the owner's.
    pub(crate) fn admin_in(&self, database: &str, sql: &str) -> String {
        let output = self.psql_in(database, sql);
        assert!(output.status.success(), "{sql}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn psql(&self, sql: &str) -> Output {
        self.psql_in("postgres", sql)
    }

    fn psql_in(&self, database: &str, sql: &str) -> Output {
        let port = self.port.to_string();
        self.command("psql")
            .args([
                "-X",
                "-A",
                "-t",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-p",
                &port,
                "-U",
                "postgres",
                "-h",
            ])
            .arg(self.folder.path())
            .args(["-c", sql, database])
            .output()
            .expect("psql starts")
    }

    /// As when its machine fails: nothing is finished, nobody is told.
    pub(crate) fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = kill_process(Pid::from_child(&child), Signal::QUIT);
            let _ = child.wait();
        }
    }

    /// Starts again on the same port, with the same data.
    pub(crate) fn restart(&mut self) {
        let port = self.port.to_string();
        let child = self
            .command("postgres")
            .args([
                "-F",
                "-p",
                &port,
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "max_connections=40",
                "-k",
            ])
            .arg(self.folder.path())
            .arg("-D")
            .arg(self.folder.path().join("data"))
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        self.child = Some(child.expect("postgres starts"));
        let started = Instant::now();
        while !self.psql("SELECT 1").status.success() {
            assert!(started.elapsed() < Duration::from_secs(30), "postgres does not answer");
            std::thread::sleep(Duration::from_millis(20));
        }
        if self.admin("SELECT count(*) FROM pg_roles WHERE rolname = 'app'") == "0" {
            self.admin("CREATE ROLE app LOGIN PASSWORD 'geheim'");
            self.admin("CREATE DATABASE app OWNER app");
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.binaries.join(program));
        command.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = self.user {
            command.uid(user).gid(group);
        }
        command
    }

    fn give_away(&self, path: &Path) {
        if let Some((user, group)) = self.user {
            chown(path, Some(user), Some(group)).expect("root may give files away");
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// PgBouncer before a server, in transaction mode: each transaction gets the next of a few connections.
#[allow(dead_code, reason = "only the host's own tests have one")]
pub(crate) struct Pooler {
    port: u16,
    child: Child,
    _folder: TempDir,
}

#[allow(dead_code, reason = "only the host's own tests have one")]
impl Pooler {
    pub(crate) fn start(server: &Postgres) -> Self {
        let folder = TempDir::new().expect("a temporary folder can be made");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a loopback port is free")
            .port();
        let settings = format!(
            "[databases]\napp = host=127.0.0.1 port={} dbname=app user=app password=geheim\n\
             [pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nunix_socket_dir =\nauth_type = any\n\
             pool_mode = transaction\ndefault_pool_size = 4\nmin_pool_size = 4\nserver_round_robin = 1\n",
            server.port
        );
        let file = folder.path().join("pgbouncer.ini");
        fs::write(&file, settings).expect("the folder can be written");
        server.give_away(folder.path());
        server.give_away(&file);
        let places = [
            "/usr/sbin",
            "/usr/local/sbin",
            "/opt/homebrew/bin",
            "/usr/local/bin",
            "/usr/bin",
        ];
        let found = places
            .iter()
            .map(|place| Path::new(place).join("pgbouncer"))
            .find(|path| path.exists());
        let mut command = Command::new(found.expect("pgbouncer is installed: `cargo xtask test` does so"));
        if let Some((user, group)) = server.user {
            command.uid(user).gid(group);
        }
        let child = command
            .arg(&file)
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgbouncer starts");
        let pooler = Self {
            port,
            child,
            _folder: folder,
        };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "pgbouncer does not listen");
            std::thread::sleep(Duration::from_millis(20));
        }
        pooler
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://app:geheim@127.0.0.1:{}/app", self.port)
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where the server's programs are: packages keep them off PATH, since several versions may be installed.
fn binaries() -> PathBuf {
    let places = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt"];
    let folders = places
        .iter()
        .filter_map(|place| fs::read_dir(place).ok())
        .flat_map(|entries| entries.flatten())
        .map(|entry| entry.path().join("bin"));
    let found = folders.filter(|folder| folder.join("initdb").exists()).max();
    found.unwrap_or_else(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .find(|folder| folder.join("initdb").exists())
            .expect("PostgreSQL's server is installed: `cargo xtask test` does so")
    })
}

/// For root: the user whom the package makes.
fn other_user() -> Option<(u32, u32)> {
    if !geteuid().is_root() {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").expect("users can be read");
    let line = users.lines().find(|line| line.starts_with("postgres:"));
    let fields: Vec<&str> = line.expect("there is a user postgres").split(':').collect();
    Some((
        fields[2].parse().expect("a user id"),
        fields[3].parse().expect("a group id"),
    ))
}

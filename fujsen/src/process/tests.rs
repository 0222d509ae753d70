//! What the kernel refuses a confined program, tried by one that is not a compiler. That each attempt means something is shown
//! by the same program without a sandbox.
use std::{
    fs,
    net::TcpListener,
    os::{fd::AsRawFd, unix::net::UnixListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{Ended, Fate, Sandbox, run};

/// Longer than any of this takes.
const TIME: Duration = Duration::from_secs(100);

fn probe() -> &'static Path {
    static PROBE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, program) = PROBE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("probe");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/probe.rs");
        let compiled = Command::new("rustc")
            .args(["--edition", "2024", "-C", "opt-level=1", "-o"])
            .args([&program, &source])
            .status();
        assert!(compiled.unwrap().success());
        (folder, program)
    });
    program
}

/// Runs the probe in a folder of its own.
fn confined(folder: &Path, cpu: Duration, attempts: &[(&str, &str)]) -> Ended {
    let sandbox = Sandbox::new(folder, cpu).writing(folder);
    let mut command = sandbox.command(probe(), &|_| ()).unwrap();
    run(command.args(arguments(attempts)), TIME).unwrap()
}

fn unconfined(folder: &Path, attempts: &[(&str, &str)]) -> String {
    let mut command = Command::new(probe());
    let output = command
        .current_dir(folder)
        .args(arguments(attempts))
        .stdin(Stdio::null())
        .output();
    String::from_utf8(output.unwrap().stderr).unwrap()
}

fn arguments<'a>(attempts: &'a [(&'a str, &'a str)]) -> impl Iterator<Item = &'a str> {
    attempts.iter().flat_map(|(what, with)| [*what, *with])
}

/// All are done without a sandbox, and refused in one.
#[track_caller]
fn refused(attempts: &[(&str, &str)]) {
    let folder = tempfile::tempdir().unwrap();
    let free = unconfined(folder.path(), attempts);
    let folder = tempfile::tempdir().unwrap();
    let ended = confined(folder.path(), TIME, attempts);
    assert_eq!(ended.fate, Fate::Exit(0), "{ended:?}");
    for (what, with) in attempts {
        assert!(free.contains(&format!("{what} {with}: done")), "{what} {with}: {free}");
        let refused = format!("{what} {with}: refused");
        assert!(ended.said.contains(&refused), "{what} {with}: {}", ended.said);
    }
}

/// Which version of Landlock the kernel has.
#[expect(unsafe_code, reason = "no library only asks")]
fn landlock() -> i64 {
    // SAFETY: a plain system call, which makes nothing with these arguments.
    unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, std::ptr::null::<u8>(), 0usize, 1u32) }
}

#[test]
fn it_reaches_no_network_and_no_socket() {
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let tcp = tcp.local_addr().unwrap().to_string();
    let elsewhere = tempfile::tempdir().unwrap();
    let path = elsewhere.path().join("socket");
    let _listens = UnixListener::bind(&path).unwrap();
    refused(&[
        ("tcp", &tcp),
        ("udp", "127.0.0.1:0"),
        ("unix", path.to_str().unwrap()),
        ("listen", "socket"),
        ("pair", "-"),
        ("socket", "1"),
        ("socket", "2"),
        ("socket", "10"),
    ]);
}

#[test]
fn it_reads_no_file_of_the_machine_or_of_a_user() {
    let home = tempfile::tempdir().unwrap();
    let secret = home.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    let environ = format!("/proc/{}/environ", std::process::id());
    refused(&[
        ("read", "/etc/passwd"),
        ("read", &environ),
        ("read", "/proc/self/environ"),
        ("read", "/proc/1/cmdline"),
        ("read", secret.to_str().unwrap()),
        ("list", home.path().to_str().unwrap()),
        ("list", "/"),
        ("list", "/tmp"),
        ("list", ".."),
        ("link", secret.to_str().unwrap()),
        ("run", "/bin/sh"),
    ]);
}

#[test]
fn it_writes_nothing_outside_of_its_folder() {
    let elsewhere = tempfile::tempdir().unwrap();
    let at = |name: &str| {
        let path = elsewhere.path().join(name);
        fs::write(&path, "as it was").unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (new, kept, moved, removed) = (at("new"), at("kept"), at("moved"), at("removed"));
    fs::remove_file(&new).unwrap();
    let attempts = [
        ("write", &new),
        ("write", &kept),
        ("move", &moved),
        ("remove", &removed),
    ];
    let attempts = attempts.map(|(what, with)| (what, with.as_str()));
    let folder = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), folder.path().join("out")).unwrap();
    let links = [("write", "out/new"), ("remove", "out/kept"), ("write", "../new")];
    let ended = confined(folder.path(), TIME, &[attempts.as_slice(), &links].concat());
    assert_eq!(ended.said.matches(": refused").count(), 7, "{}", ended.said);
    assert!(!Path::new(&new).exists());
    for path in [&kept, &moved, &removed] {
        assert_eq!(fs::read_to_string(path).unwrap(), "as it was");
    }
    let free = unconfined(folder.path(), &attempts);
    assert_eq!(free.matches(": done").count(), 4, "{free}");
}

#[test]
fn its_own_folder_and_variables_are_all_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let left = folder.path().join("tmp");
    fs::create_dir(&left).unwrap();
    fs::write(left.join("of-an-earlier-one"), "").unwrap();
    let attempts = [
        ("write", "own"),
        ("write", "tmp/own"),
        ("read", "own"),
        ("variables", "-"),
    ];
    let ended = confined(folder.path(), TIME, &attempts);
    let mut lines: Vec<&str> = ended.said.lines().filter(|line| line.contains('=')).collect();
    lines.sort_unstable();
    assert_eq!(lines, ["\"PATH\"=\"/usr/bin:/bin\"", "\"TMPDIR\"=\"tmp\""]);
    assert_eq!(ended.said.matches(": done").count(), attempts.len(), "{}", ended.said);
    assert!(!left.join("of-an-earlier-one").exists());
    assert!(left.join("own").exists());
}

#[test]
fn it_touches_no_other_process_and_inherits_nothing() {
    let inherited = tempfile::tempfile().unwrap();
    rustix::io::fcntl_setfd(&inherited, rustix::io::FdFlags::empty()).unwrap();
    let descriptor = inherited.as_raw_fd().to_string();
    let host = std::process::id().to_string();
    let byte = Box::new(7u8);
    let memory = format!("{host}:{}", &raw const *byte as usize);
    let mut attempts = vec![
        ("descriptor", descriptor.as_str()),
        ("memory", &memory),
        ("session", "-"),
        ("group", "-"),
    ];
    if landlock() >= 6 {
        attempts.push(("signal", &host));
    }
    refused(&attempts);
    // Whether a child may trace without a sandbox is the system's to say.
    let folder = tempfile::tempdir().unwrap();
    let ended = confined(folder.path(), TIME, &[("trace", &host)]);
    assert!(ended.said.contains("Permission denied"), "{ended:?}");
}

/// How a program ends that goes beyond a bound, and what its author is told.
#[track_caller]
fn stopped(cpu: Duration, attempt: (&str, &str), fate: Fate, told: &str) {
    let folder = tempfile::tempdir().unwrap();
    let ended = confined(folder.path(), cpu, &[attempt]);
    assert_eq!(
        ended.fate,
        fate,
        "{attempt:?}: {}",
        ended.said.chars().take(500).collect::<String>()
    );
    let (message, _) = ended.fate.complaint("compiling").unwrap();
    assert!(message.contains(told) && message.contains("was stopped"), "{message}");
}

#[test]
fn bounds_end_it_with_a_reason() {
    let memory = "more than 1280 MiB of memory";
    stopped(TIME, ("grow", "1400"), Fate::Memory, memory);
    // Each of the four is within what one may have.
    stopped(TIME, ("each-grows", "400"), Fate::Memory, memory);
    stopped(TIME, ("close-and-grow", "400"), Fate::Memory, memory);
    stopped(TIME, ("swarm", "40"), Fate::Processes, "more than 32 processes");
    stopped(Duration::from_secs(1), ("spin", "-"), Fate::Time, "seconds");
    stopped(TIME, ("file", "300"), Fate::File, "a file of more than 256 MiB");
    stopped(TIME, ("files", "200"), Fate::Disk, "files of more than 512 MiB in all");
    stopped(TIME, ("say", "17"), Fate::Output, "more than 16 MiB to say");
}

#[test]
fn within_its_bounds_it_ends_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let ended = confined(folder.path(), TIME, &[("file", "200"), ("write", "small")]);
    assert_eq!(ended.fate, Fate::Exit(0));
    assert!(ended.fate.complaint("compiling").is_none());
}

#[test]
fn nothing_of_what_it_started_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::new(folder.path(), TIME).writing(folder.path());
    let mut command = sandbox.command(probe(), &|_| ()).unwrap();
    let mut child = command.args(["each-grows", "10"]).spawn().unwrap();
    let group = child.id();
    let ended_within = |processes: usize| {
        let end = Instant::now() + TIME;
        while super::group::taken(group).0 != processes {
            assert!(Instant::now() < end, "{} processes", super::group::taken(group).0);
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    ended_within(5);
    super::kill(&mut child).unwrap();
    ended_within(0);
}

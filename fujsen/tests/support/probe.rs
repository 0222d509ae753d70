//! A program that tries what a compiler must not do, and says on its error output how each attempt ended: its arguments are
//! pairs of what to try and with what. It is compiled by the tests of `process`, and is no part of a crate.
use std::{
    ffi::c_void,
    fs,
    io::{Error, Result, Write as _},
    net::{TcpStream, UdpSocket},
    os::unix::net::{UnixDatagram, UnixListener, UnixStream},
    path::Path,
    thread,
    time::Duration,
};

#[repr(C)]
struct Piece {
    start: *mut c_void,
    length: usize,
}

unsafe extern "C" {
    fn fcntl(descriptor: i32, command: i32) -> i32;
    fn fork() -> i32;
    fn kill(process: i32, signal: i32) -> i32;
    fn ptrace(request: i64, process: i32, address: usize, data: usize) -> i64;
    fn process_vm_readv(process: i32, to: *const Piece, to_count: u64, from: *const Piece, from_count: u64, flags: u64)
    -> isize;
    fn setpgid(process: i32, group: i32) -> i32;
    fn setsid() -> i32;
    fn socket(domain: i32, kind: i32, protocol: i32) -> i32;
}

const F_GETFD: i32 = 1;
const PTRACE_SEIZE: i64 = 0x4206;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    for pair in arguments.chunks(2) {
        let outcome = match attempt(&pair[0], &pair[1]) {
            Ok(()) => "done".to_owned(),
            Err(error) => format!("refused, {error}"),
        };
        eprintln!("{} {}: {outcome}", pair[0], pair[1]);
    }
}

fn attempt(what: &str, with: &str) -> Result<()> {
    let number = || with.parse().expect("a number");
    match what {
        "tcp" => TcpStream::connect(with).map(drop),
        "udp" => UdpSocket::bind(with).map(drop),
        "unix" => UnixStream::connect(with).map(drop),
        "listen" => UnixListener::bind(with).map(drop),
        "pair" => UnixDatagram::pair().map(drop),
        "socket" => checked(unsafe { socket(number(), 1, 0) }),
        "read" => fs::read(with).map(drop),
        "list" => fs::read_dir(with).map(drop),
        "write" => fs::write(with, "written"),
        "link" => fs::hard_link(with, "linked"),
        "move" => fs::rename(with, "moved"),
        "remove" => fs::remove_file(with),
        "descriptor" => checked(unsafe { fcntl(number(), F_GETFD) }),
        "signal" => checked(unsafe { kill(number(), 0) }),
        "trace" => checked(unsafe { ptrace(PTRACE_SEIZE, number(), 0, 0) } as i32),
        "memory" => memory(with),
        "session" => in_a_child(|| checked(unsafe { setsid() })),
        "group" => in_a_child(|| checked(unsafe { setpgid(0, 0) })),
        "run" => std::process::Command::new(with).status().map(drop),
        "variables" => {
            for (name, value) in std::env::vars_os() {
                eprintln!("{name:?}={value:?}");
            }
            Ok(())
        }
        // What follows does not end by itself.
        "spin" => loop {
            std::hint::spin_loop();
        },
        "grow" => {
            fill(number() as usize);
            Ok(())
        }
        "each-grows" => {
            (0..4).for_each(|_| start(|| fill(number() as usize)));
            wait()
        }
        "swarm" => {
            (0..number()).for_each(|_| start(|| ()));
            wait()
        }
        "file" => fs::File::create("large")?.set_len(number() as u64 * (1 << 20)),
        // Each of the four is within what one may have.
        "files" => {
            fs::create_dir("below")?;
            for name in ["one", "two", "below/three", "below/four"] {
                fs::File::create(name)?.set_len(number() as u64 * (1 << 20))?;
            }
            wait()
        }
        "say" => {
            let line = [b'x'; 1 << 20];
            (0..number()).try_for_each(|_| std::io::stderr().write_all(&line))
        }
        "close-and-grow" => {
            drop(unsafe { <fs::File as std::os::fd::FromRawFd>::from_raw_fd(2) });
            (0..4).for_each(|_| start(|| fill(number() as usize)));
            wait()
        }
        _ => panic!("{what} is not known"),
    }
}

fn checked(result: i32) -> Result<()> {
    if result < 0 { Err(Error::last_os_error()) } else { Ok(()) }
}

/// Reads the memory of a process at an address.
fn memory(with: &str) -> Result<()> {
    let (process, address) = with.split_once(':').expect("PROCESS:ADDRESS");
    let mut byte = 0u8;
    let to = Piece { start: (&raw mut byte).cast(), length: 1 };
    let from = Piece { start: address.parse::<usize>().expect("an address") as *mut c_void, length: 1 };
    checked(unsafe { process_vm_readv(process.parse().expect("a number"), &to, 1, &from, 1, 0) } as i32)
}

/// A child is no leader of a group, who could not leave it anyhow.
fn in_a_child(attempt: impl Fn() -> Result<()>) -> Result<()> {
    let told = Path::new("told");
    if unsafe { fork() } == 0 {
        let error = attempt().err().and_then(|error| error.raw_os_error()).unwrap_or(0);
        fs::write("telling", error.to_string()).and_then(|()| fs::rename("telling", told)).expect("the folder is its own");
        std::process::exit(0);
    }
    while !told.exists() {
        thread::sleep(Duration::from_millis(1));
    }
    let error: i32 = fs::read_to_string(told)?.parse().expect("a number");
    fs::remove_file(told)?;
    if error == 0 { Ok(()) } else { Err(Error::from_raw_os_error(error)) }
}

fn start(work: impl Fn()) {
    if unsafe { fork() } == 0 {
        work();
        let _ = wait();
    }
}

fn fill(mebibytes: usize) {
    let all = vec![1u8; mebibytes << 20];
    std::hint::black_box(&all);
    let _ = wait();
}

fn wait() -> Result<()> {
    loop {
        thread::sleep(Duration::from_secs(3600));
    }
}

//! The process that compiles AssemblyScript, kept warm.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    os::unix::fs::FileExt as _,
    path::Path,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, SyncSender, channel, sync_channel},
};

use serde::{Deserialize, Serialize};

use super::{node::Node, packages::Packages, sdk::SCRIPT};
use crate::{
    ModuleSource, Progress, limits,
    problem::Problem,
    process::{self, Fate, Sandbox},
};

/// The texts of one module.
#[derive(Debug, Serialize)]
pub(super) struct Request {
    texts: Vec<RequestText>,
}

#[derive(Debug, Serialize)]
struct RequestText {
    name: String,
    text: String,
}

impl Request {
    pub(super) fn of(module: &ModuleSource) -> Self {
        let texts = module.texts.iter().map(|text| RequestText {
            name: text.file_name(),
            text: text.source.text.to_string(),
        });
        Self { texts: texts.collect() }
    }
}

/// What the worker made of one request.
#[derive(Debug, Deserialize)]
pub(super) struct Reply {
    /// The core module in base64, when there were no errors.
    #[serde(default)]
    pub(super) wasm: Option<String>,
    #[serde(default)]
    pub(super) diagnostics: Vec<Message>,
    /// What went wrong beside the texts.
    #[serde(default)]
    pub(super) failure: Option<String>,
}

/// One message of the compiler.
#[derive(Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message: String,
    pub(super) code: String,
    pub(super) error: bool,
    #[serde(default)]
    pub(super) file: Option<String>,
    /// Bytes from the start of the text.
    #[serde(default)]
    pub(super) start: Option<usize>,
    #[serde(default)]
    pub(super) end: Option<usize>,
}

impl Message {
    /// Whether it is about code that the transform wrote: that has an empty range at the name that it was written for.
    pub(super) fn is_generated(&self) -> bool {
        self.start == self.end
    }
}

/// Why there is no reply.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) fate: Fate,
    why: String,
}

impl Failure {
    /// Whether it ended without a reason of its own: killed meanwhile, or by its own choice between two modules.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.fate, Fate::Exit(_))
    }

    pub(super) fn problem(self) -> Problem {
        let (message, help) = self.fate.complaint("the AssemblyScript compiler").unwrap_or_else(|| {
            let message = format!("the AssemblyScript compiler ended: {}", self.why);
            (
                message,
                "run it again; when it stays, remove the folder `assemblyscript` of the cache",
            )
        });
        Problem::new(message, help)
    }
}

/// A running compiler. It ends when this is dropped, and by itself when its input does.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    replies: Receiver<io::Result<String>>,
    /// What it says on its error output. It has no name.
    log: File,
}

impl Worker {
    /// Confined: it reads itself and the SDK, writes nothing, and gets the texts through its input.
    pub(super) fn start(
        node: &Node,
        packages: &Packages,
        sdk: &Path,
        folder: &Path,
        progress: Progress<'_>,
    ) -> Result<Self, Problem> {
        let no_log = |error: io::Error| Problem::io(format!("write below {}", folder.display()), &error);
        let log = tempfile::tempfile_in(folder).map_err(no_log)?;
        let not_running = |error: io::Error| {
            Problem::new(
                format!("{} does not run: {error}", node.program.display()),
                "install Node.js 20 or newer",
            )
        };
        let sandbox = Sandbox::new(sdk, limits::WORKER_CPU)
            .reading(&packages.folder)
            .reading(sdk);
        let mut command = sandbox.command(&node.program, progress).map_err(not_running)?;
        command
            .arg(format!("--max-old-space-size={}", limits::NODE_HEAP))
            .arg(sdk.join(SCRIPT))
            .arg(&packages.folder)
            .arg(sdk)
            // Node reads the system's settings of OpenSSL otherwise.
            .env("OPENSSL_CONF", "/dev/null")
            .stdin(Stdio::piped())
            .stderr(log.try_clone().map_err(no_log)?);
        let (sender, replies) = sync_channel(1);
        let (child, input) = spawn(command, sender).map_err(not_running)?;
        Ok(Self {
            child,
            input,
            replies,
            log,
        })
    }

    /// Whether it ended while nobody asked it for anything.
    pub(super) fn has_ended(&self) -> bool {
        process::has_ended(&self.child)
    }

    pub(super) fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        let mut line = serde_json::to_string(request).map_err(|error| self.gone(&error))?;
        line.push('\n');
        if let Err(error) = self.input.write_all(line.as_bytes()) {
            return Err(self.gone(&error));
        }
        match process::receive(&self.replies, &self.child, None, limits::COMPILE) {
            Ok(Ok(line)) => serde_json::from_str(&line).map_err(|error| self.gone(&error)),
            Ok(Err(error)) => Err(self.gone(&error)),
            Err(Some(fate)) => Err(Failure {
                fate,
                why: String::new(),
            }),
            Err(None) => Err(self.gone(&"it closed its output")),
        }
    }

    /// What became of a process that does not answer. It is ended if it has not.
    fn gone(&mut self, why: &dyn std::fmt::Display) -> Failure {
        let fate = process::wait(&mut self.child, None, limits::COMPILER_END, || tail(&self.log));
        Failure {
            fate: fate.unwrap_or(Fate::Exit(0)),
            why: why.to_string(),
        }
    }
}

/// Starts the process on the thread that reads its answers: it is ended with the thread that started it.
fn spawn(mut command: Command, answers: SyncSender<io::Result<String>>) -> io::Result<(Child, ChildStdin)> {
    let (sender, started) = channel();
    std::thread::Builder::new()
        .name("assemblyscript".into())
        .spawn(move || {
            let pipes = command.spawn().and_then(|mut child| {
                let (input, output) = (child.stdin.take(), child.stdout.take());
                let missing = || io::Error::other("it has no input and output");
                Ok((child, input.ok_or_else(missing)?, output.ok_or_else(missing)?))
            });
            let output = match pipes {
                Ok((child, input, output)) => {
                    // Who asked waits below.
                    let _ = sender.send(Ok((child, input)));
                    output
                }
                Err(error) => {
                    let _ = sender.send(Err(error));
                    return;
                }
            };
            for line in BufReader::new(output).lines() {
                if answers.send(line).is_err() {
                    return;
                }
            }
        })?;
    started
        .recv()
        .unwrap_or_else(|_| Err(io::Error::other("the thread that starts it ended")))
}

/// The end of a file.
fn tail(file: &File) -> String {
    const BYTES: u64 = 16 << 10;
    let mut bytes = vec![0; BYTES as usize];
    let length = file.metadata().map_or(0, |about| about.len());
    let read = file.read_at(&mut bytes, length.saturating_sub(BYTES)).unwrap_or(0);
    bytes.truncate(read);
    String::from_utf8_lossy(&bytes).into_owned()
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = process::kill(&mut self.child);
    }
}

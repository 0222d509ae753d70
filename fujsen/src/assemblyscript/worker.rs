use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
    path::Path,
    process::{Child, ChildStdin, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    time::Duration,
};

use serde::{Deserialize, Serialize};

use super::{node::Node, packages::Packages};
use crate::{ModuleSource, problem::Problem, process::Environment};

/// The script's name in the SDK's folder.
pub(super) const SCRIPT: &str = "worker.mjs";
/// For one module, the start of the process included. A module takes under a second on an idle machine.
const TIME_LIMIT: Duration = Duration::from_secs(120);

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

#[derive(Debug)]
pub(super) enum Failure {
    /// The process ended before it answered.
    Gone(String),
    TooSlow,
}

impl Failure {
    pub(super) fn problem(self) -> Problem {
        match self {
            Self::Gone(why) => Problem::new(
                format!("the AssemblyScript compiler ended: {why}"),
                "run it again; when it stays, remove the folder `assemblyscript` of the cache",
            ),
            Self::TooSlow => Problem::new(
                format!(
                    "the AssemblyScript compiler gave no answer for {} s and was ended",
                    TIME_LIMIT.as_secs()
                ),
                "split the fujsens of this section, or try again when the machine is less busy",
            ),
        }
    }
}

/// A running compiler. It ends when this is dropped, and by itself when its input does.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    input: ChildStdin,
    replies: Receiver<io::Result<String>>,
}

impl Worker {
    pub(super) fn start(
        node: &Node,
        environment: &Environment,
        packages: &Packages,
        sdk: &Path,
        folder: &Path,
    ) -> Result<Self, Problem> {
        let log = folder.join("worker.log");
        let log = File::create(&log).map_err(|error| Problem::io(format!("write {}", log.display()), &error))?;
        let not_running = |error: io::Error| {
            Problem::new(
                format!("{} does not run: {error}", node.program.display()),
                "install Node.js 20 or newer",
            )
        };
        let mut child = environment
            .command(&node.program, sdk)
            .arg(sdk.join(SCRIPT))
            .arg(&packages.folder)
            .arg(sdk)
            .stdin(Stdio::piped())
            .stderr(log)
            .spawn()
            .map_err(not_running)?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(not_running(io::Error::other("it has no input and output")));
        };
        let (sender, replies) = sync_channel(1);
        std::thread::Builder::new()
            .name("assemblyscript".into())
            .spawn(move || {
                for line in BufReader::new(output).lines() {
                    if sender.send(line).is_err() {
                        return;
                    }
                }
            })
            .map_err(not_running)?;
        Ok(Self { child, input, replies })
    }

    pub(super) fn ask(&mut self, request: &Request) -> Result<Reply, Failure> {
        let gone = |error: &dyn std::fmt::Display| Failure::Gone(error.to_string());
        let mut line = serde_json::to_string(request).map_err(|error| gone(&error))?;
        line.push('\n');
        self.input.write_all(line.as_bytes()).map_err(|error| gone(&error))?;
        match self.replies.recv_timeout(TIME_LIMIT) {
            Ok(Ok(line)) => serde_json::from_str(&line).map_err(|error| gone(&error)),
            Ok(Err(error)) => Err(gone(&error)),
            Err(RecvTimeoutError::Timeout) => Err(Failure::TooSlow),
            Err(RecvTimeoutError::Disconnected) => Err(gone(&"it closed its output")),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

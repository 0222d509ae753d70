//! One service as a child process: started, waited for, and restarted when it ends.

use std::{
    io,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, BufReader, Split},
    net::TcpStream,
    process::{Child, Command},
    sync::Mutex,
    time::sleep,
};

use super::{group::Group, log::Log, plan::PlannedService};
use crate::{base::backoff::Backoff, cli::output, observe::tasks};

/// Between two looks whether a service listens.
const LOOK: Duration = Duration::from_millis(50);
/// The first compile of a whole folder may take its time.
const READY: Duration = Duration::from_secs(600);
/// Between the end of a service and its next start: the first pause, doubled each time up to the last.
const PAUSE: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
/// A service that ran this long starts anew with the first pause.
const STEADY: Duration = Duration::from_secs(60);

/// Starts the service; its log goes to `log`.
pub(super) fn start(service: &PlannedService, group: &Group, log: &Log) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command
        .args(["--log-format", if output::is_json() { "json" } else { "text" }])
        .arg(&service.file)
        .stdin(Stdio::null())
        // Only the banner, which `up` prints for all.
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut child = group.spawn(&mut command)?;
    if let Some(stderr) = child.stderr.take() {
        let (lines, log) = (Arc::new(Mutex::new(BufReader::new(stderr).split(b'\n'))), log.clone());
        tasks::keep("forward", move || forward(lines.clone(), log.clone()));
    }
    Ok(child)
}

async fn forward(lines: Arc<Mutex<Split<impl AsyncBufRead + Unpin>>>, log: Log) {
    let mut lines = lines.lock().await;
    while let Ok(Some(line)) = lines.next_segment().await {
        log.forward(&String::from_utf8_lossy(&line));
    }
}

/// Waits until the service listens. The error says why it never will.
pub(super) async fn ready(service: &PlannedService, child: &mut Child) -> Result<(), String> {
    let started = Instant::now();
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(format!("{} ended before it was ready ({status})", service.name));
        }
        if TcpStream::connect(service.address).await.is_ok() {
            return Ok(());
        }
        if started.elapsed() > READY {
            return Err(format!("{} is not ready after {READY:?}", service.name));
        }
        sleep(LOOK).await;
    }
}

/// Starts the service again whenever it ends. Never returns.
pub(super) async fn keep(service: Arc<PlannedService>, child: Arc<Mutex<Child>>, group: Group, log: Log) {
    let mut child = child.lock().await;
    let mut pauses = PAUSE.pauses();
    let mut started = Instant::now();
    loop {
        let ended = child.wait().await;
        if started.elapsed() > STEADY {
            pauses.reset();
        }
        let mut pause = pauses.after_another();
        log.warn(&format!("{}; starting it again in {pause:?}", describe(ended)));
        loop {
            sleep(pause).await;
            pause = pauses.after_another();
            match start(&service, &group, &log) {
                Ok(next) => {
                    *child = next;
                    break;
                }
                Err(error) => log.warn(&format!("cannot be started ({error}); trying again in {pause:?}")),
            }
        }
        started = Instant::now();
    }
}

fn describe(ended: io::Result<ExitStatus>) -> String {
    match ended {
        Ok(status) => format!("ended ({status})"),
        Err(error) => format!("was lost ({error})"),
    }
}

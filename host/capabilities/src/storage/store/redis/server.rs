//! The connections to one server.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use ::redis::{
    AsyncConnectionConfig, Cmd, ConnectionAddr, ConnectionInfo, RedisError, RedisResult,
    aio::{ConnectionLike, MultiplexedConnection},
};
use parking_lot::Mutex;
use tokio::{
    net::TcpStream,
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};

use super::{
    super::error::StoreError,
    bounded::BoundedConnection,
    refusal::{self, RedisRefusal},
};
use crate::{
    base::{limits, off_limits},
    observe::tasks,
};

/// What a reply's framing may add to its content. Bytes.
const FRAMING: usize = 2 << 20;

/// One Redis server: a shared connection, and others for one command at a time.
pub struct RedisServer {
    info: ConnectionInfo,
    /// As messages show it: host and port.
    pub(crate) name: String,
    shared: tokio::sync::Mutex<Option<Connection>>,
    idle: Mutex<Vec<Connection>>,
    permits: Semaphore,
    outage: Mutex<Outage>,
}

/// Room for a connection that one loop uses alone.
#[derive(Default)]
pub struct Seat(Option<Connection>);

#[derive(Clone)]
struct Connection {
    link: MultiplexedConnection,
    /// Set when the other side is gone.
    closed: Arc<AtomicBool>,
    budget: Arc<AtomicUsize>,
}

/// Tells that the driver of a connection has ended, when it is dropped.
struct Ended(Arc<AtomicBool>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// While a server is down, it is tried again at growing intervals only, and calls in between fail at once.
#[derive(Default)]
struct Outage {
    failures: u32,
    retry_at: Option<Instant>,
    reason: String,
}

impl RedisServer {
    pub fn new(info: ConnectionInfo) -> Self {
        Self {
            name: info.addr().to_string(),
            info,
            shared: tokio::sync::Mutex::default(),
            idle: Mutex::default(),
            permits: Semaphore::new(limits::REDIS_CONNECTIONS),
            outage: Mutex::default(),
        }
    }

    /// Runs one command on the shared connection. What the server refuses is an error here; in the replies of
    /// [`run_all`](Self::run_all) it stands where its command did.
    pub async fn run(&self, command: &Cmd, time: Duration) -> Result<::redis::Value, StoreError> {
        let work = async {
            let mut connection = self.shared().await?;
            connection
                .link
                .send_packed_command(command)
                .await
                .and_then(::redis::Value::extract_error)
                .map_err(|error| self.judge(&connection, &error))
        };
        timeout(time, work).await.map_err(|_| self.silent(time))?
    }

    /// Runs several commands on the shared connection, in one round trip.
    pub(crate) async fn run_all(
        &self,
        commands: &::redis::Pipeline,
        time: Duration,
    ) -> Result<Vec<::redis::Value>, StoreError> {
        let count = commands.cmd_iter().count();
        let work = async {
            let mut connection = self.shared().await?;
            connection
                .link
                .req_packed_commands(commands, 0, count)
                .await
                .map_err(|error| self.judge(&connection, &error))
        };
        timeout(time, work).await.map_err(|_| self.silent(time))?
    }

    /// Runs one command on a connection of its own. A reply over the bound breaks that connection and nothing else;
    /// so does a call that ends before its reply has come.
    pub(crate) async fn run_alone(&self, command: &Cmd, time: Duration) -> Result<::redis::Value, StoreError> {
        let work = async {
            let (mut connection, _permit) = self.own().await?;
            let result = self.bounded(&mut connection, command).await;
            if !connection.closed.load(Ordering::Relaxed) {
                self.idle.lock().push(connection);
            }
            result
        };
        timeout(time, work).await.map_err(|_| self.silent(time))?
    }

    /// Runs one command on the connection that the host keeps in `seat` for a loop of its own, opening it when
    /// needed: such loops never wait for those of [`run_alone`](Self::run_alone). A call that ends before its reply
    /// has come closes the connection.
    pub(crate) async fn run_in(
        &self,
        seat: &mut Seat,
        command: &Cmd,
        time: Duration,
    ) -> Result<::redis::Value, StoreError> {
        let work = async {
            // Taken out while it is busy, so that a reply nobody waited for is never taken for the next one's.
            let mut connection = match seat.0.take() {
                Some(connection) if !connection.closed.load(Ordering::Relaxed) => connection,
                _ => self.connect(limits::REDIS_REPLY).await?,
            };
            let result = self.bounded(&mut connection, command).await;
            seat.0 = Some(connection);
            result
        };
        timeout(time, work).await.map_err(|_| self.silent(time))?
    }

    async fn bounded(&self, connection: &mut Connection, command: &Cmd) -> Result<::redis::Value, StoreError> {
        connection
            .budget
            .store(limits::REDIS_REPLY + FRAMING, Ordering::Relaxed);
        let result = connection.link.send_packed_command(command).await;
        if connection.budget.load(Ordering::Relaxed) == 0 {
            return Err(StoreError::TooLarge);
        }
        result
            .and_then(::redis::Value::extract_error)
            .map_err(|error| self.judge(connection, &error))
    }

    async fn shared(&self) -> Result<Connection, StoreError> {
        let mut shared = self.shared.lock().await;
        if let Some(connection) = shared
            .as_ref()
            .filter(|connection| !connection.closed.load(Ordering::Relaxed))
        {
            return Ok(connection.clone());
        }
        *shared = None;
        let connection = self.connect(usize::MAX).await?;
        *shared = Some(connection.clone());
        Ok(connection)
    }

    async fn own(&self) -> Result<(Connection, SemaphorePermit<'_>), StoreError> {
        let permit = self
            .permits
            .acquire()
            .await
            .map_err(|_| self.unreachable("the host is stopping"))?;
        loop {
            let idle = self.idle.lock().pop();
            match idle {
                Some(connection) if connection.closed.load(Ordering::Relaxed) => {}
                Some(connection) => return Ok((connection, permit)),
                None => return Ok((self.connect(limits::REDIS_REPLY).await?, permit)),
            }
        }
    }

    async fn connect(&self, budget: usize) -> Result<Connection, StoreError> {
        {
            let outage = self.outage.lock();
            if outage.retry_at.is_some_and(|at| Instant::now() < at) {
                return Err(self.unreachable(&outage.reason));
            }
        }
        let result = timeout(limits::REDIS_CONNECT, open(&self.info, budget)).await;
        let mut outage = self.outage.lock();
        let reason = match result {
            Ok(Ok(connection)) => {
                *outage = Outage::default();
                return Ok(connection);
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("no answer within {} ms", limits::REDIS_CONNECT.as_millis()),
        };
        let failures = outage.failures.saturating_add(1);
        *outage = Outage {
            failures,
            retry_at: Some(Instant::now() + limits::REDIS_BACKOFF.after(failures)),
            reason,
        };
        Err(self.unreachable(&outage.reason))
    }

    /// The connection to a server that is a replica now is used no more: the next one may lead to another server.
    fn judge(&self, connection: &Connection, failure: &RedisError) -> StoreError {
        let error = self.explain(failure);
        if error.refusal() == Some(RedisRefusal::Replica) {
            connection.closed.store(true, Ordering::Relaxed);
        }
        error
    }

    fn explain(&self, failure: &RedisError) -> StoreError {
        let broken = failure.is_io_error() || failure.is_connection_dropped() || failure.is_unrecoverable_error();
        if broken {
            self.unreachable(&failure.to_string())
        } else {
            refused(failure)
        }
    }

    fn unreachable(&self, why: &str) -> StoreError {
        StoreError::Unreachable {
            server: self.name.clone(),
            why: why.to_owned(),
        }
    }

    fn silent(&self, time: Duration) -> StoreError {
        StoreError::Silent {
            server: self.name.clone(),
            time,
        }
    }
}

/// What a server refuses.
pub fn refused(failure: &RedisError) -> StoreError {
    StoreError::Refused {
        refusal: RedisRefusal::of(failure),
        words: refusal::words(failure),
    }
}

async fn open(info: &ConnectionInfo, budget: usize) -> RedisResult<Connection> {
    let ConnectionAddr::Tcp(host, port) = info.addr() else {
        return Err((
            ::redis::ErrorKind::InvalidClientConfig,
            "only redis:// over TCP is supported",
        )
            .into());
    };
    let addresses = off_limits::resolve(host, *port).await?;
    let stream = TcpStream::connect(addresses.as_slice()).await?;
    stream.set_nodelay(true)?;
    let budget = Arc::new(AtomicUsize::new(budget));
    let stream = BoundedConnection::new(stream, budget.clone());
    // Each command has its own bound on time; one for all would break those that block.
    let config = AsyncConnectionConfig::new().set_response_timeout(None);
    let (link, driver) = MultiplexedConnection::new_with_config(info.redis_settings(), stream, config).await?;
    let closed = Arc::new(AtomicBool::new(false));
    let ended = Ended(closed.clone());
    tasks::run("redis_connection", async move {
        // However it ends.
        let _ended = ended;
        driver.await;
    });
    Ok(Connection { link, closed, budget })
}

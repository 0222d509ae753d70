//! Every bound of the host, with its unit and its reason. `[limits]` in the TSK file changes those marked *.

use std::time::Duration;

use crate::base::backoff::Backoff;

/// How often the epoch advances: the grain in which a busy guest's use of its thread is seen. Each tick wakes a thread.
pub const EPOCH_TICK: Duration = Duration::from_millis(2);
/// Processor time that a call may use where it came in, and in each of its turns in the slow lane: the longest, with two
/// ticks, that a neighbour waits for it. Most calls need less than a hundredth of it.
pub const FIRST_SLICE: Duration = Duration::from_millis(4);
/// What the slow lane's threads are preferred less by: `nice`.
pub const LANE_PRIORITY: i32 = 15;
/// Fujsens calling fujsens.
pub const CALL_DEPTH: u8 = 8;
/// WebAssembly stack of one call. An interpreter takes a kilobyte for each call of what it interprets: this is enough for
/// some 1,800 inside each other. Only what is used takes memory. Bytes.
pub const WASM_STACK: usize = 2 << 20;
/// Native stack of one call: the WebAssembly stack plus room for host functions. Bytes.
pub const ASYNC_STACK: usize = WASM_STACK + (512 << 10);
/// Linear memory that may be reserved for one instance; `memory` cannot exceed it. Bytes.
pub const MEMORY_MAX: usize = 64 << 20;
/// Live instances that the pooling allocator has room for.
pub const INSTANCES: u32 = 1000;
/// Core modules that one component may consist of: its own, shims and adapters.
pub const MODULES_INSIDE: u32 = 64;
/// Memories that one component may have, and as many tables. All of them together are bounded by `memory`.
pub const MEMORIES_INSIDE: u32 = 32;
/// Memories and tables that there are for each instance: most have one, and those that have all do not use up what the
/// others need. Each reserves 4 GiB of address space.
pub const SPARE_MEMORIES: u32 = 8;
/// Of one table: a function that is called by reference is an element.
pub const TABLE_ELEMENTS: usize = 10_000;
/// Handles of components that live at the same time, in one instance.
pub const HANDLES: usize = 10_000;
/// Things of WASI behind handles, in one instance: streams, clocks and the like.
pub const WASI_THINGS: usize = 1_000;
/// What one call may ask WASI's random for. Bytes.
pub const WASI_RANDOM: u64 = 1 << 20;
/// Slots that keep what the last instance of a module left there, for its next one; those of other modules make room.
pub const WARM_SLOTS: u32 = 32;
/// What an instance slot keeps in memory for its next user, of what the last one wrote: the stack, data and first pieces of
/// an ordinary call. One of an interpreter writes 20 to 45 pages; to keep them all would leave a host with many modules
/// some 10 MiB more. Bytes.
pub const KEEP_RESIDENT: usize = 48 << 10;
/// As [`KEEP_RESIDENT`], of each table. Bytes.
pub const KEEP_RESIDENT_TABLE: usize = 4 << 10;
/// As [`KEEP_RESIDENT`], of the native stack. Bytes.
pub const KEEP_RESIDENT_STACK: usize = 8 << 10;
/// The host's own memory: from which size on a piece is taken from the system and given back by itself. Bytes.
pub const LARGE_PIECE: i32 = 256 << 10;
/// How often it is looked whether to give back what was freed of the host's own memory.
pub const TRIM_LOOK: Duration = Duration::from_secs(5);
/// The processor time since the last time that makes it worth giving memory back.
pub const TRIM_WORK: Duration = Duration::from_millis(200);
/// What a guest may hand over at once, as its reply or as the arguments of a host call, at least: `body` and `response` raise
/// it (`Limits::handed_over`). Bytes.
pub const HANDED_OVER: usize = 8 << 20;

/// A file that `@wasm` names: that of a whole interpreter fits. Bytes.
pub const WASM_FILE: usize = 64 << 20;
/// What a module says of its functions: how many there are.
pub const FUNCTIONS: usize = 1_000;
/// The name of one function, or of one of its parameters. Bytes.
pub const FUNCTION_NAME: usize = 128;
/// The type of a parameter or of a result, or the name of the file that a function is from. Bytes.
pub const FUNCTION_TYPE: usize = 1 << 10;
/// The comment on one function. Bytes.
pub const FUNCTION_DOC: usize = 16 << 10;
/// Parameters of one function.
pub const PARAMETERS: usize = 128;
/// A text of a module's or of the engine's about one, as it is shown. Bytes.
pub const MODULE_WORDS: usize = 2 << 10;
/// A cell of the tables that `check` and the start print. Bytes.
pub const CELL: usize = 240;
/// Instantiating a module once while it is loaded.
pub const START: Duration = Duration::from_secs(5);

/// The path of a route: servers and proxies take URLs of some 8 KiB. Bytes.
pub const ROUTE_PATH: usize = 2 << 10;
/// Reading a request: the first byte of a connection.
pub const FIRST_BYTE: Duration = Duration::from_secs(5);
/// Reading a request: all headers, from the first byte of them on.
pub const HEADERS: Duration = Duration::from_secs(10);
/// Without a request; less while others wait for a connection. Longer than load balancers keep theirs (60 s), so that
/// they close first.
pub const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// For the end of a connection whose client was too slow.
pub const LAST_WORDS: Duration = Duration::from_secs(1);
/// Headers of a request or a reply, all together. Bytes.
pub const HEADER_BYTES: usize = 64 << 10;
/// How many headers a request or a reply has.
pub const HEADER_COUNT: usize = 100;
/// HTTP/2, per connection: requests at once.
pub const STREAMS: u32 = 128;
/// HTTP/2, per connection: resets that await their turn. A client that makes more is cut off.
pub const RESET_STREAMS: usize = 20;
/// HTTP/2: how often a silent client is asked whether it is there, and how long it may take to say so.
pub const PING: Duration = Duration::from_secs(20);
/// HTTP/2, per connection: frames that carry no data (SETTINGS, PING, WINDOW_UPDATE, PRIORITY, unknown ones and the
/// like) beyond what requests, answers and time allow. A client that sends more is cut off: each costs it 9 bytes, and
/// the host a wake-up.
pub const FRAMES: i64 = 2_000;
/// How many more of the frames that [`FRAMES`] bounds a request allows.
pub const FRAMES_OF_REQUEST: i64 = 8;
/// How many more of the frames that [`FRAMES`] bounds a second allows.
pub const FRAMES_A_SECOND: i64 = 100;
/// HTTP/2: the least that a piece of an answer has where it allows further WINDOW_UPDATE. Bytes.
pub const FRAME_DATA: usize = 16;
/// HTTP/1: a line between the chunks of a body. Bytes.
pub const CHUNK_LINE: usize = 1 << 10;
/// Between two pieces of a body; a slower client is answered 408.
pub const BODY_GAP: Duration = Duration::from_secs(10);
/// The whole of a body must arrive at this rate at least, once `BODY_GAP` has passed. Bytes a second.
pub const BODY_RATE: u64 = 1 << 10;
/// Answers of one connection that are made and not yet taken: above it, further requests wait. Bytes.
pub const OWED: usize = 16 << 20;
/// Answers of all connections that are made and not yet taken: above it, further requests wait, and clients lose their
/// connections: first those that take nothing, then those that are slowest. Bytes.
pub const OWED_ALL: usize = 256 << 20;
/// Above [`OWED_ALL`]: how long a client has taken nothing at least that loses its connection for it.
pub const OWED_STILL: Duration = Duration::from_millis(500);
/// Above [`OWED_ALL`]: how long a client has been owed something at least that loses its connection for being slow.
pub const OWED_SLOW: Duration = Duration::from_secs(5);
/// While a client is owed something, it takes this much at least, or its connection ends: what it does not take lies in
/// memory. Bytes a second.
pub const OWED_RATE: u64 = 1 << 10;
/// The time over which [`OWED_RATE`] is looked at.
pub const OWED_TIME: Duration = Duration::from_secs(30);
/// Open client connections; more wait in the listen queue.
pub const CONNECTIONS: usize = 10_000;
/// Of the descriptors that the system allows, those that connections leave to databases, upstreams, compilers and files:
/// a quarter, but so many at least.
pub const SPARE_DESCRIPTORS: usize = 64;
/// Client connections that there are at least, however few descriptors there are.
pub const CONNECTIONS_LEAST: usize = 16;
/// Open connections to the admin address: probes, Prometheus, a person.
pub const ADMIN_CONNECTIONS: usize = 64;
/// When there is no room for a new connection: how long an idle one has been so at least before it is closed.
pub const SHED_IDLE: Duration = Duration::from_millis(250);
/// As [`SHED_IDLE`], for a connection that has sent a part of a request: how long ago it began to.
pub const SHED_HEAD: Duration = Duration::from_secs(2);
/// How often room is looked for, for a new connection or for one more answer.
pub const SHED_PAUSE: Duration = Duration::from_millis(50);
/// What is read of a body that is too long, so that its client sees the answer instead of a reset. Bytes.
pub const DISCARD_BYTES: usize = 16 << 20;
/// For how long a body that is too long is read, or what a client still sends after the last answer.
pub const DISCARD_TIME: Duration = Duration::from_secs(2);
/// The listen queue. The system may have a lower bound (net.core.somaxconn).
pub const BACKLOG: u32 = 4096;
/// Requests that may be in flight when a stop is asked for are given this long.
pub const DRAIN: Duration = Duration::from_secs(25);
/// At a stop a kept connection is given this long for the request that its client may be sending just now; its answer says
/// that it is the last.
pub const DRAIN_IDLE: Duration = Duration::from_secs(1);

/// What one call may log, all lines together: a flood must not hurt the neighbours. Bytes.
pub const LOG_BYTES: usize = 64 << 10;
/// Lines that one call may log.
pub const LOG_LINES: u32 = 256;
/// The log of the process: what waits to be written. Further lines are dropped and counted. Bytes.
pub const LOG_WAITING: usize = 4 << 20;
/// What waits of the log when it is written without waiting for more. Bytes.
pub const LOG_BATCH: usize = 64 << 10;
/// How long a line waits for more to be written with it.
pub const LOG_GATHER: Duration = Duration::from_millis(5);
/// How long the end of the process waits for the last lines of the log.
pub const LOG_FLUSH: Duration = Duration::from_secs(2);
/// How often the log tells that lines of it were lost.
pub const LOG_TELL: Duration = Duration::from_secs(1);

/// Before a task of the host that has panicked starts again: the first pause, doubled each time up to the last. One that
/// ran longer than the last begins anew.
pub const TASK_PAUSE: Backoff = Backoff::new(Duration::from_millis(500), Duration::from_secs(30));

/// How often files are looked at that the system tells no changes of.
pub const WATCH_LOOK: Duration = Duration::from_secs(1);
/// How long a file that has changed must stay as it is before it is read.
pub const WATCH_QUIET: Duration = Duration::from_millis(15);
/// How long it is waited at most until a file that has changed stays as it is.
pub const WATCH_SETTLE: Duration = Duration::from_secs(2);
/// How long it is waited at most for somebody who writes to a file and does not close it.
pub const WATCH_WRITER: Duration = Duration::from_secs(10);

/// A file of `[tls]`: certificates are a few KiB each. Bytes.
pub const TLS_FILE: usize = 1 << 20;
/// A TLS handshake, from the connection on.
pub const TLS_HANDSHAKE: Duration = Duration::from_secs(5);

/// Rows of one SQL result.
pub const SQL_ROWS: usize = 10_000;
/// One SQL result. Bytes.
pub const SQL_BYTES: usize = 8 << 20;
/// Waiting for another writer before the call fails as `busy`.
pub const SQL_BUSY: Duration = Duration::from_secs(2);
/// Opening a database and running its `setup`, when a file is loaded.
pub const SQL_SETUP: Duration = Duration::from_secs(30);
/// Connections per database.
pub const SQL_CONNECTIONS: usize = 8;
/// PostgreSQL: connecting, TLS and login included.
pub const SQL_CONNECT: Duration = Duration::from_secs(5);
/// PostgreSQL: asking for the end of a statement that nobody waits for.
pub const SQL_CANCEL: Duration = Duration::from_secs(5);
/// PostgreSQL: what the server is told for the case that this host can no longer stop a statement: the longest that a
/// statement or a silent transaction lasts.
pub const SQL_LONGEST: Duration = Duration::from_secs(60 * 60);
/// PostgreSQL: how often the server, while a statement runs, looks whether the host is still there.
pub const SQL_LOOK: Duration = Duration::from_secs(5);
/// Pages of a database file (× 4 KiB = 4 GiB).
pub const SQL_PAGES: u32 = 1 << 20;
/// Prepared statements kept per connection.
pub const SQL_STATEMENTS: usize = 64;
/// PostgreSQL: how long prepared statements are kept, since another program may change a column's type, which the
/// server does not tell where the value fits both.
pub const SQL_STATEMENT_AGE: Duration = Duration::from_secs(15);
/// What SQLite writes ahead of a database: pages from which on it is brought into the file (× 4 KiB = 4 MiB).
pub const SQL_CHECKPOINT: i32 = 1000;
/// What SQLite writes ahead of a database: pages from which on a writer waits for the readers that keep it from
/// beginning anew (× 4 KiB = 64 MiB).
pub const SQL_WAL: i32 = 16 << 10;
/// What SQLite writes ahead of a database: what is kept of its file once it begins anew. Bytes.
pub const SQL_WAL_KEPT: usize = 16 << 20;
/// What the statements of one transaction may write in all, to the database and to temporary files: SQLite sorts and takes
/// back through files, which nothing else bounds. Bytes.
pub const SQL_WRITTEN: u64 = 128 << 20;
/// What `check` copies of a database to try its setup on: of a larger one only the tables. Bytes.
pub const SQL_COPIED: usize = 64 << 20;
/// How often a statement that runs is asked what it has written.
pub const SQL_WRITTEN_LOOK: Duration = Duration::from_millis(2);

/// An event as it stands in a queue. Bytes.
pub const EVENT_BYTES: usize = 256 << 10;
/// An event's type, id, target and key, each; the name of a queue, too. Bytes.
pub const EVENT_NAME: usize = 256;
/// The most events handled at once that a file can ask for.
pub const EVENTS_AT_ONCE: usize = 64;
/// The most events that a file can let a queue hold.
pub const EVENTS_MOST: usize = 10_000_000;
/// Events that one look into a queue passes over.
pub const EVENTS_SCAN: usize = 512;
/// Events that one command adds or moves.
pub const EVENTS_BATCH: usize = 64;
/// Waiting for an event before looking for a swap and for what is due.
pub const EVENTS_WAIT: Duration = Duration::from_millis(500);
/// How often a queue in a file is looked into, which other processes write to, and how often room is looked for in a
/// full stream of a Redis server.
pub const EVENTS_POLL: Duration = Duration::from_millis(25);
/// How often what all services have handled is removed.
pub const EVENTS_TRIM: Duration = Duration::from_secs(1);
/// Events that all services have handled, as many as are removed in one transaction.
pub const EVENTS_TRIMMED: usize = 1000;
/// Dead events of one service; the oldest are dropped. The scripts of the Redis engines know it, too.
pub const EVENTS_DEAD: usize = 10_000;
/// The longest pause between two deliveries of an event.
pub const EVENTS_BACKOFF: Duration = Duration::from_secs(60);
/// What `[message_queue] backoff` and `visibility` may be.
pub const EVENTS_PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(60 * 60));
/// How long a publisher waits for a Redis server that is being restarted.
pub const EVENTS_PUBLISH: Duration = Duration::from_secs(2);
/// What an event stays its taker's own beyond the deadlines of its handlers.
pub const EVENTS_MARGIN: Duration = Duration::from_secs(10);
/// What is due further ahead than any pause and lease may be, by this: a clock noted it that has been set back since.
pub const EVENTS_SKEW: Duration = Duration::from_secs(60);
/// Handlers of one type.
pub const EVENTS_HANDLERS: usize = 16;

/// An upstream's body after decompression. Bytes.
pub const HTTP_BODY: usize = 8 << 20;
/// Connecting to an upstream.
pub const HTTP_CONNECT: Duration = Duration::from_secs(5);
/// Waiting for the first byte of an upstream's answer, and for more of it each time.
pub const HTTP_GAP: Duration = Duration::from_secs(10);
/// A request's total, where the guest names none.
pub const HTTP_TOTAL: Duration = Duration::from_secs(10);
/// Redirects that one request follows at most.
pub const HTTP_REDIRECTS: u8 = 10;
/// Connections to one upstream that are kept for the next request: as many as calls may run at once by default. What is
/// beyond them is connected anew, which costs more than the request.
pub const HTTP_IDLE: usize = 256;

/// Dependencies whose circuit breakers and budgets are kept.
pub const GUARDS: usize = 1024;
/// Further attempts of one call.
pub const RETRIES: u32 = 10;
/// The longest pause before a further attempt.
pub const RETRY_BACKOFF: Duration = Duration::from_secs(5);
/// Retries of a dependency that need no calls before them.
pub const RETRY_RESERVE: u64 = 10;
/// Retries of a dependency that calls can save up.
pub const RETRIES_SAVED: u64 = 100;

/// Services that are known.
pub const SERVICES: usize = 256;
/// Instances of one service that a registry names.
pub const SERVICE_INSTANCES: usize = 256;
/// The name of a service that a registry is asked for. Bytes.
pub const SERVICE_NAME: usize = 128;
/// How long a registry's answer holds where the file says nothing else: together with [`REGISTRY_RETRY`] and a request
/// that is under way, less than the 5 s in which a service is well again.
pub const REGISTRY_REFRESH: Duration = Duration::from_secs(3);
/// The pause after a question to a registry that was not answered.
pub const REGISTRY_RETRY: Duration = Duration::from_secs(1);
/// How long a registry's answer may take.
pub const REGISTRY_TIMEOUT: Duration = Duration::from_secs(2);
/// Failures in a row after which an instance is left out.
pub const INSTANCE_FAILURES: u32 = 3;
/// The first and the longest pause between two probes of an instance that is left out.
pub const PROBE_PAUSE: Backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(30));
/// What a probe of an instance may take.
pub const PROBE_TIMEOUT: Duration = Duration::from_secs(2);
/// A secret that services share, at least: that of HS256's own strength (RFC 7518, 3.2). Bytes.
pub const MESH_SECRET: usize = 32;
/// A token that comes in, at most. Bytes.
pub const MESH_TOKEN: usize = 4 << 10;
/// What `token_lifetime` may be: clocks differ by seconds, and a token that leaks must be worth little.
pub const MESH_LIFETIME: (Duration, Duration) = (Duration::from_secs(10), Duration::from_secs(60 * 60));
/// What the clocks of two services may differ by.
pub const MESH_LEEWAY: Duration = Duration::from_secs(5);
/// Tokens that are kept, one for each service that is called.
pub const MESH_TOKENS: usize = 256;

/// One gRPC message, sent or received. Bytes.
pub const GRPC_MESSAGE: usize = 4 << 20;
/// One gRPC reply as JSON, and all messages of a stream together. Bytes.
pub const GRPC_JSON: usize = 8 << 20;
/// Messages of one stream.
pub const GRPC_MESSAGES: u32 = 10_000;
/// Metadata that a gRPC call sends, what servers accept by custom. Bytes.
pub const GRPC_METADATA: usize = 8 << 10;
/// Metadata that a gRPC call is answered with. Bytes.
pub const GRPC_HEADERS: u32 = 16 << 10;
/// Connecting to a gRPC server, TLS included.
pub const GRPC_CONNECT: Duration = Duration::from_secs(5);
/// A gRPC call's total, where the guest names none.
pub const GRPC_TOTAL: Duration = Duration::from_secs(10);
/// How often a gRPC server that owes an answer and is silent is asked whether it is there. Servers cut off clients that
/// ask much more often.
pub const GRPC_PING: Duration = Duration::from_secs(30);
/// How long a gRPC server may take to say that it is there.
pub const GRPC_PONG: Duration = Duration::from_secs(10);
/// The least time between two questions to a server about the same service.
pub const GRPC_REFRESH: Duration = Duration::from_secs(5);
/// Services that are kept of one gRPC server's description.
pub const GRPC_SERVICES: usize = 64;
/// Files that the description of one service may consist of.
pub const GRPC_FILES: usize = 500;
/// The files that the description of one service consists of, together. Bytes.
pub const GRPC_DESCRIPTION: usize = 4 << 20;
/// One `.proto` file. Bytes.
pub const GRPC_PROTO: usize = 1 << 20;
/// `google.protobuf.Any` within one another: each begins anew to count the levels of a message.
pub const GRPC_ANY: usize = 4;
/// What is shown of a server's own words. Characters.
pub const GRPC_WORDS: usize = 1000;

/// One reply of a Redis server. Bytes.
pub const REDIS_REPLY: usize = 4 << 20;
/// The longest value that one command may make, or all arguments of one: one that is longer could not be read. Without it
/// `SETBIT k 4294967295 1` is 512 MiB of the server's memory for 30 bytes. Bytes.
pub const REDIS_VALUE: usize = 4 << 20;
/// A command that does not block.
pub const REDIS_COMMAND: Duration = Duration::from_secs(5);

/// A SQL statement's text. Bytes.
pub const SQL_STATEMENT: usize = 256 << 10;
/// Pages of a `sqlite::memory:` database (× 4 KiB = 256 MiB).
pub const SQL_MEMORY_PAGES: u32 = 1 << 16;

/// Connecting to a Redis server, handshake included.
pub const REDIS_CONNECT: Duration = Duration::from_secs(1);
/// Between two tries to reach a Redis server, or a queue on one, that is down.
pub const REDIS_BACKOFF: Backoff = Backoff::new(Duration::from_millis(25), Duration::from_secs(1));
/// Connections of one Redis server for commands that block or may answer at length; more calls wait.
pub const REDIS_CONNECTIONS: usize = 64;
/// Elements of one Redis reply, nested ones included.
pub const REDIS_ELEMENTS: usize = 100_000;

/// Metrics that fujsens record: series of one service. What is beyond it is dropped and counted.
pub const METRIC_SERIES: usize = 2_000;
/// Labels of one series that fujsens record.
pub const METRIC_LABELS: usize = 8;
/// The name of a metric that fujsens record, or of a label. Bytes.
pub const METRIC_NAME: usize = 128;
/// The value of such a label. What has a longer one is dropped and counted. Bytes.
pub const METRIC_LABEL: usize = 128;
/// Buckets of a histogram that fujsens record, without the infinite one.
pub const METRIC_BUCKETS: usize = 32;
/// Series of one metric of the host's own; those of earlier versions of the file make room for new ones.
pub const HOST_SERIES: usize = 2_000;
/// What "now" means in rates, means and alerts.
pub const WINDOW: Duration = Duration::from_secs(60);
/// How often a sample is taken for what happened within [`WINDOW`].
pub const SAMPLE_EVERY: Duration = Duration::from_secs(1);
/// Requests of which method, route, status and time are kept.
pub const RECENT_REQUESTS: usize = 100;

/// How often databases, Redis servers and gRPC servers are checked.
pub const HEALTH_EVERY: Duration = Duration::from_secs(5);
/// What the check of a database or a server may take.
pub const HEALTH_TIMEOUT: Duration = Duration::from_secs(2);
/// How often alerts are looked at.
pub const ALERT_EVERY: Duration = Duration::from_secs(5);

/// Spans of traces, and in the same way metrics and lines of the log for a collector: those that wait to be sent. More
/// are dropped and counted.
pub const SPANS_WAITING: usize = 16_384;
/// Spans, metrics or lines of one message to a collector.
pub const SPANS_BATCH: usize = 2048;
/// How often a message goes to a collector that is not full.
pub const SPANS_EVERY: Duration = Duration::from_secs(1);
/// The bytes from which on a message is full, too: collectors refuse large ones.
pub const SPANS_MESSAGE: usize = 1 << 20;
/// What a collector may take for one message, all attempts together, where no variable says another time.
pub const SPANS_EXPORT: Duration = Duration::from_secs(10);
/// The longest time that a variable may say in place of [`SPANS_EXPORT`].
pub const SPANS_LONGEST: Duration = Duration::from_secs(300);
/// What of [`SPANS_EXPORT`] connecting to a collector may take.
pub const SPANS_CONNECT: Duration = Duration::from_secs(5);
/// Before a collector that is busy or away is asked again.
pub const SPANS_AGAIN: Backoff = Backoff::new(Duration::from_millis(200), Duration::from_secs(5));
/// How often, for one message, a collector is asked again at the time that it says itself.
pub const SPANS_ASKED: u32 = 3;
/// The longest pause that a collector may ask for: what waits meanwhile is bounded, too.
pub const SPANS_WAIT: Duration = Duration::from_secs(30);
/// What is read of a collector's answer. Bytes.
pub const SPANS_ANSWER: usize = 64 << 10;
/// Sending what waits when the service stops, or names another collector.
pub const SPANS_FLUSH: Duration = Duration::from_secs(2);
/// How often it is looked whether all that waits has been sent.
pub const SPANS_LOOK: Duration = Duration::from_millis(5);
/// Attributes of one span.
pub const SPAN_ATTRIBUTES: usize = 16;
/// The name of a span, which is cut. Bytes.
pub const SPAN_NAME: usize = 256;
/// A text among the attributes of a span, which is cut. Bytes.
pub const SPAN_TEXT: usize = 1 << 10;
/// Of a line of the log that goes to a collector: a text of it, which is cut. Bytes.
pub const LOG_PUSHED: usize = 4 << 10;
/// How often metrics go to a collector where no variable says so.
pub const METRICS_EVERY: Duration = Duration::from_secs(60);

/// Between two slots of a schedule, at least and at most: a year is for a cron expression.
pub const SCHEDULE_PERIOD: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(366 * 24 * 60 * 60));
/// How far a cron expression's next time is looked for: February 29 on a given weekday comes again after 28 years, over a
/// century without a leap year after 40. Days.
pub const SCHEDULE_SEARCH: usize = 41 * 366;
/// What `[limits] deadline` and `queue_wait` may be: no client waits for a day, and clocks can add it without an overflow.
pub const DEADLINES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(24 * 60 * 60));
/// What `[cors] max_age` may be at most: browsers keep an answer for a day, and a year is what people write for "always".
pub const CORS_AGE: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// What a schedule's `deadline` may be.
pub const SCHEDULE_DEADLINE: (Duration, Duration) = (Duration::from_millis(1), Duration::from_secs(60 * 60));
/// A slot that comes later than this, after a machine slept, was missed.
pub const SCHEDULE_LATE: Duration = Duration::from_secs(60);
/// The longest until the clock is looked at again: somebody may set it.
pub const SCHEDULE_LOOK: Duration = Duration::from_secs(10);
/// How long a slot waits for a store that is down.
pub const SCHEDULE_PATIENCE: Duration = Duration::from_secs(10);
/// What a run's claim lasts beyond its deadline, for the end of the call and clocks that differ.
pub const SCHEDULE_MARGIN: Duration = Duration::from_secs(5);
/// A last slot that is further ahead than this was noted by a clock that was wrong, and so was the end of a run that is
/// further ahead than it may take: hosts' clocks differ by less.
pub const SCHEDULE_SKEW: Duration = Duration::from_secs(5 * 60);
/// How long a Redis server keeps what it knows of a schedule that is no longer in any file.
pub const SCHEDULE_ENTRY: Duration = Duration::from_secs(5 * 366 * 24 * 60 * 60);

/// A key of the state. Bytes.
pub const STATE_KEY: usize = 512;
/// A value of the state. Bytes.
pub const STATE_VALUE: usize = 256 << 10;
/// Keys of one service in a SQLite file, which nobody watches as they would a server.
pub const STATE_KEYS: usize = 100_000;
/// The longest that a value may be kept to expire later: what is more is a mistake in the unit.
pub const STATE_LIFETIME: Duration = Duration::from_secs(100 * 366 * 24 * 60 * 60);
/// Expired rows that are removed in one transaction.
pub const STATE_SWEEP: usize = 500;
/// The pause after the last expired rows were removed.
pub const STATE_SWEEP_PAUSE: Duration = Duration::from_secs(5);

/// Waiting for another process that writes to a file of the store.
pub const STORE_BUSY: Duration = Duration::from_secs(5);
/// Jobs that share one transaction of a file of the store.
pub const STORE_BATCH: usize = 128;

/// What one call of `crypto.random` gives. Bytes: more than any key or token has.
pub const RANDOM_BYTES: u32 = 1 << 16;

/// A pattern of `time.format`. Bytes; the text that it makes is at most some twenty times as long.
pub const TIME_PATTERN: usize = 1 << 10;

/// Operators (`@query(…)` and the like) that reading one value may run: they run one after the other.
pub const DEFERRED_VALUES: usize = 100;
/// Values that `@cache(…)` keeps, in all.
pub const CACHE_ENTRIES: usize = 1024;
/// What `@cache(…)` keeps, in all. Bytes.
pub const CACHE_BYTES: usize = 64 << 20;

/// Rules of one schema. Guests hand in schemas, too.
pub const SCHEMA_RULES: usize = 256;
/// The path of a rule. Bytes.
pub const SCHEMA_PATH: usize = 256;
/// The pattern of a rule. Bytes.
pub const SCHEMA_PATTERN: usize = 512;
/// A compiled pattern: a match takes the time of text and compiled pattern multiplied. Bytes.
pub const SCHEMA_PATTERN_SIZE: usize = 1 << 20;
/// A text that is matched against a pattern. Bytes.
pub const SCHEMA_MATCHED: usize = 8 << 10;
/// What a guest may have checked, schema and document each. Bytes.
pub const SCHEMA_DOCUMENT: usize = 256 << 10;

/// Remote configuration: an answer. Bytes.
pub const REMOTE_BYTES: usize = 1 << 20;
/// Remote configuration: objects in objects.
pub const REMOTE_DEPTH: usize = 32;
/// Remote configuration: values in all, which every change goes through.
pub const REMOTE_VALUES: usize = 10_000;
/// What `[remote_config] every` may be.
pub const REMOTE_EVERY: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(24 * 60 * 60));
/// What `[remote_config] timeout` may be.
pub const REMOTE_TIMEOUT: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(60));
/// What alerts and reports show of the reason for which remote configuration was refused; the log shows all. Bytes.
pub const REMOTE_REASON: usize = 4 << 10;
/// Paths that the log names of what was ignored.
pub const REMOTE_IGNORED: usize = 20;

/// Lines of one section of the host, and members of anything in it: what is made of them is compared with one another.
pub const SECTION_LINES: usize = 5_000;
/// What a failed call says, of all that its guest said. Bytes.
pub const ERROR_TEXT: usize = 8 << 10;
/// The word for a failed call, which is cut. Bytes.
pub const ERROR_CODE: usize = 64;
/// The file in which a guest says that it panicked. Bytes.
pub const PANIC_FILE: usize = 256;
/// How long a secret of a file has to be to be kept out of messages: a shorter one is part of any word. Bytes.
pub const SECRET_LEAST: usize = 6;
/// What is looked for of one secret: its beginning. Bytes.
pub const SECRET_MOST: usize = 4 << 10;
/// How many secrets of a file are kept out of messages.
pub const SECRETS: usize = 1000;

/// Bytes that host calls may hand to one call over its life.
pub const RETAINED_BYTES: usize = 32 << 20;

/// What `[limits]` can change.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// `deadline`*: wall-clock time of one call, waiting and host calls included.
    pub deadline: Duration,
    /// `memory`*: linear memory of one instance. Bytes, at most [`MEMORY_MAX`].
    pub memory: usize,
    /// `body`*: a request's body. Bytes.
    pub body: usize,
    /// `response`*: a reply's body. Bytes.
    pub response: usize,
    /// `concurrency`*: calls that run at once; the others queue.
    pub concurrency: usize,
    /// `queue`*: requests that may wait for a place; the next is answered 503 with `Retry-After`.
    pub queue: usize,
    /// `queue_wait`*: the longest that a request waits for a place.
    pub queue_wait: Duration,
}

impl Limits {
    /// What a guest may hand over at once (`Store::set_hostcall_fuel`): twice what may leave the service, since
    /// AssemblyScript's texts have two bytes a character, and room for what is around it, so that what is a little too long
    /// is refused where its limit is known.
    pub fn handed_over(&self) -> usize {
        let longest = self.body.max(self.response);
        longest.saturating_mul(2).saturating_add(1 << 20).max(HANDED_OVER)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(10),
            memory: 64 << 20,
            body: 1 << 20,
            response: 4 << 20,
            concurrency: 256,
            queue: 1024,
            queue_wait: Duration::from_secs(5),
        }
    }
}

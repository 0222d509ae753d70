//! The commands and options of the command line, and the help for them.

use std::path::PathBuf;

use clap::{
    Args, Parser, Subcommand, ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser},
};
use fujsen::LANGUAGES;

/// Serve one TSK file: values are the configuration, the functions in it are the service.
#[derive(Parser)]
#[command(
    version,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    disable_help_subcommand = true,
    after_help = "\
Examples:
  tusk-host new hello --lang rust             make a service in ./hello
  tusk-host hello/service.tsk                 serve it; edit and save to change it while it runs
  tusk-host check hello/service.tsk           say what is wrong with it, or what it serves
  tusk-host get hello/service.tsk service.port
  tusk-host call hello/service.tsk hello.greet '{\"name\": \"Ada\"}'
  tusk-host events hello/service.tsk list-dead

Environment:
  TUSK_CACHE  folder for compiled modules (default: the user's cache folder, tusk-host)
  TUSK_LOG    what to log, such as `info` (the default), `debug` or `warn,fujsen=debug`
  NO_COLOR    no colours

Exit codes: 0 done; 1 the file has errors, or the call or the service failed; 2 wrong usage"
)]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Option<Command>,
    #[command(flatten)]
    pub(super) serve: Serve,
}

#[derive(Subcommand)]
pub(super) enum Command {
    /// Parse, evaluate and compile a file; print its routes, modules and grants, or what is wrong with it
    Check {
        file: PathBuf,
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Print values as JSON; compiles nothing, and without --eval connects to nothing
    Get {
        file: PathBuf,
        /// A dotted path such as `service.port`; without it, the whole file
        key: Option<String>,
        /// Run `@query(…)`, `@http(…)`, `@redis(…)` and `@cache(…)` and print what they give, as a fujsen reads it;
        /// opens the file's databases. Without it they are printed as they are written
        #[arg(long, conflicts_with = "lenient")]
        eval: bool,
        /// Look at a file away from its place, or at one written for another program: print operators, variables and files
        /// that are not here as they are written, with a warning for variables and files
        #[arg(long)]
        lenient: bool,
    },
    /// Run one fujsen and print its result as JSON; a failure goes to stderr
    Call {
        file: PathBuf,
        /// `section.name`
        fujsen: String,
        /// The arguments by name, as a JSON object
        #[arg(default_value = "{}")]
        arguments: String,
    },
    /// Look at the queue of a service: what it could not handle, and how far each service is
    Events {
        file: PathBuf,
        #[command(subcommand)]
        action: EventsAction,
    },
    /// Rewrite files in the standard layout; comments, values, line ends and links stay
    Fmt {
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Change nothing; exit with 1 when one of the files is laid out otherwise
        #[arg(long)]
        check: bool,
    },
    /// Make a folder with a small service that runs at once
    New {
        /// Name of the folder and of the service
        name: String,
        /// What its first fujsen is written in
        #[arg(long = "lang", value_name = "LANG", value_parser = template(), default_value = languages().next().unwrap_or_default())]
        template: &'static str,
    },
    /// Serve several files together: each in a process of its own, in the order of their dependencies, with one log
    Up {
        /// Files, or folders whose TSK files have a section `[service]`
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// How the one log is written, those of all services among it
        #[arg(long, value_enum, default_value = "text")]
        log_format: OutputFormat,
    },
}

#[derive(Subcommand)]
pub(super) enum EventsAction {
    /// List the events that were given up (dead letters), oldest first
    ListDead {
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Deliver dead events to this service again, with a count of their own
    Replay {
        #[command(flatten)]
        which: Which,
    },
    /// Remove dead events for good
    Discard {
        #[command(flatten)]
        which: Which,
    },
    /// Show how far each service of the queue is
    Status {
        #[arg(long, value_enum, default_value = "text")]
        format: OutputFormat,
    },
    /// Take a service out of the queue: what it has not handled is not kept for it any more
    Unsubscribe { service: String },
}

#[derive(Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// Ids of events, as `list-dead` prints them
    pub(super) ids: Vec<String>,
    #[arg(long)]
    pub(super) all: bool,
}

#[derive(Args)]
pub(super) struct Serve {
    /// The TSK file to serve
    #[arg(required = true)]
    pub(super) file: Option<PathBuf>,
    /// Port to listen on [default: `port` of [service], else 8000]; 0 takes any free one
    #[arg(long)]
    pub(super) port: Option<u16>,
    /// Address to listen on [default: `host` of [service], else 127.0.0.1]
    #[arg(long)]
    pub(super) host: Option<std::net::IpAddr>,
    /// Address of metrics and health, HOST:PORT or a port of 127.0.0.1 [default: [admin], else none]
    #[arg(long, value_name = "ADDR", value_parser = admin_address)]
    pub(super) admin: Option<std::net::SocketAddr>,
    /// Do not reload when the file changes
    #[arg(long)]
    pub(super) no_watch: bool,
    #[arg(long, value_enum, default_value = "text")]
    pub(super) log_format: OutputFormat,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(super) enum OutputFormat {
    Text,
    Json,
}

/// The languages in which a service can begin.
fn languages() -> impl Iterator<Item = &'static str> {
    templates().map(|(word, _)| word)
}

fn templates() -> impl Iterator<Item = (&'static str, &'static str)> {
    LANGUAGES.iter().flat_map(|language| language.templates()).copied()
}

/// A language's name, taken for its template.
fn template() -> impl TypedValueParser<Value = &'static str> {
    PossibleValuesParser::new(languages()).try_map(|name| {
        let named = templates().find(|(word, _)| *word == name);
        named.map(|(_, template)| template).ok_or("there is no such language")
    })
}

fn admin_address(text: &str) -> Result<std::net::SocketAddr, String> {
    let port = |text: &str| Some(std::net::SocketAddr::from(([127, 0, 0, 1], text.parse().ok()?)));
    let address = text.parse().ok().or_else(|| port(text));
    address.ok_or_else(|| "write an IP address and a port, such as 127.0.0.1:9001, or a port".to_owned())
}

//! Trying a module before it serves: its start runs once, with no host to call. What fails here would fail for every
//! request, and what a start asked of the host would be asked again for each of them.

use std::fmt;

use tokio::runtime::{Handle, Runtime};
use wasmtime::{
    Trap,
    component::{InstancePre, Linker, Val, types::ComponentItem},
};

use crate::{
    base::{escape::shown, limits},
    sandbox::{
        engine::Host,
        instance::{self, StoreState},
        module::{Module, is_wasi},
        place::Panic,
    },
};

/// Why a module cannot start.
#[derive(Debug)]
pub(crate) struct StartRefused {
    /// What happened, to be put after `the module … cannot be started:`.
    pub(crate) message: String,
    /// What to do about it, where there is something to say.
    pub(crate) help: Option<&'static str>,
    /// Where its code gave up.
    pub(crate) panic: Option<Panic>,
}

impl StartRefused {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
            panic: None,
        }
    }
}

/// What a module did to the host while it started.
#[derive(Debug)]
enum Reached {
    /// `interface.function`, where it is known.
    Function(Option<String>),
    Panic(Panic),
}

const NOT_YET: &str = "a module may not call the host while it starts";

impl fmt::Display for Reached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Function(Some(name)) => write!(f, "{NOT_YET}: it calls `{name}` outside of any call"),
            Self::Function(None) => write!(f, "{NOT_YET}: it calls what is not there before it has started"),
            Self::Panic(panic) => write!(f, "it panicked: {}", shown(&panic.message, limits::MODULE_WORDS)),
        }
    }
}

impl std::error::Error for Reached {}

/// Makes one instance and drops it. Blocks; `memory` is what it may hold, in bytes.
pub(crate) fn try_start(host: &Host, module: &Module, memory: usize) -> Result<(), StartRefused> {
    let pre = link(host, module).map_err(|error| StartRefused::new(format!("{error:#}")))?;
    // WASI waits by the timers of a runtime, which `check` has none of.
    let own = (imports_wasi(module) && Handle::try_current().is_err())
        .then(Runtime::new)
        .transpose();
    let own = own.map_err(|error| StartRefused::new(error.to_string()))?;
    let _inside = own.as_ref().map(Runtime::enter);
    let mut store = instance::store(&host.engine, memory);
    let starting = async move {
        let started = pre.instantiate_async(&mut store).await;
        started
            .map(drop)
            .map_err(|error| match error.downcast_ref::<Reached>() {
                Some(reached) => refused(reached),
                // What takes more than numbers is linked by a table, which is filled once the module has started.
                None if matches!(error.downcast_ref(), Some(Trap::IndirectCallToNull)) => {
                    refused(&Reached::Function(None))
                }
                None => StartRefused::new(instance::failure(&mut store, &error).explain(|_| String::new()).message),
            })
    };
    match host.lane.wait(limits::START, starting) {
        Some(Ok(result)) => result,
        Some(Err(_)) => Err(StartRefused::new("the host could not start it: its log says why")),
        None => Err(StartRefused::new(format!("it is not ready after {:?}", limits::START))),
    }
}

fn refused(reached: &Reached) -> StartRefused {
    let (help, panic) = match reached {
        Reached::Function(_) => (
            Some("move it into a fujsen: code outside of functions runs when a module starts, before any call"),
            None,
        ),
        Reached::Panic(panic) => (None, Some(panic.clone())),
    };
    StartRefused {
        message: reached.to_string(),
        help,
        panic,
    }
}

fn imports_wasi(module: &Module) -> bool {
    module.imports.iter().any(|name| is_wasi(name))
}

/// Links a module to functions that only say that they were called. WASI, which knows no call, is there as always.
fn link(host: &Host, module: &Module) -> wasmtime::Result<InstancePre<StoreState>> {
    let component = module.pre.instance_pre().component();
    let mut linker = Linker::new(&host.engine);
    if imports_wasi(module) {
        wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    }
    if let Some(interpreter) = &module.interpreter {
        linker.root().module(interpreter.name, &interpreter.module)?;
    }
    for (interface, import) in component.component_type().imports(&host.engine) {
        let ComponentItem::ComponentInstance(functions) = import.ty else {
            continue;
        };
        if is_wasi(interface) {
            continue;
        }
        let mut offered = linker.instance(interface)?;
        for (function, export) in functions.exports(&host.engine) {
            if let ComponentItem::ComponentFunc(_) = export.ty {
                let name = format!("{}.{function}", short(interface));
                offered.func_new(
                    function,
                    move |_, _, arguments, _| Err(reached(&name, arguments).into()),
                )?;
            }
        }
    }
    linker.instantiate_pre(component)
}

/// `config` of `tusk:fujsen/config@0.1.0`.
fn short(interface: &str) -> &str {
    let name = interface.rsplit('/').next().unwrap_or(interface);
    name.split('@').next().unwrap_or(name)
}

fn reached(name: &str, arguments: &[Val]) -> Reached {
    match (name, arguments) {
        (
            "fujsen.panic",
            [
                Val::String(message),
                Val::String(file),
                Val::U32(line),
                Val::U32(column),
            ],
        ) => Reached::Panic(Panic {
            message: message.clone(),
            file: file.clone(),
            line: *line,
            column: *column,
        }),
        _ => Reached::Function(Some(name.to_owned())),
    }
}

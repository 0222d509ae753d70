//! The one engine of an instance, and what it knows of the module's functions.

use std::{
    cell::{Cell, OnceCell},
    collections::BTreeMap,
};

use rquickjs::{Context, Ctx, Function, Object, Persistent, Result, Runtime, Value, function::Constructor};
use serde::Deserialize;

/// What the host binds for a parameter: that of the section `tusk:functions`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Real,
    Text,
    Bytes,
    Json,
    Request,
}

/// What stands for an argument that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Absent {
    Null,
    Undefined,
}

/// One parameter of a fujsen.
pub(crate) struct Parameter {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// None where an argument must be there.
    pub(crate) absent: Option<Absent>,
    /// What its type says beyond the kind, for the SDK's `check`.
    pub(crate) schema: Option<Persistent<Value<'static>>>,
}

/// A function that the host may call.
pub(crate) struct Fujsen {
    pub(crate) function: Persistent<Function<'static>>,
    pub(crate) parameters: Vec<Parameter>,
}

/// What the engine calls of the SDK.
pub(crate) struct Sdk {
    pub(crate) http_error: Persistent<Constructor<'static>>,
    pub(crate) stringify: Persistent<Function<'static>>,
    pub(crate) check: Persistent<Function<'static>>,
    pub(crate) request: Persistent<Function<'static>>,
    pub(crate) reply: Persistent<Function<'static>>,
    pub(crate) describe: Persistent<Function<'static>>,
    pub(crate) next_timer: Persistent<Function<'static>>,
    pub(crate) run_timers: Persistent<Function<'static>>,
    pub(crate) drop_timers: Persistent<Function<'static>>,
}

impl Sdk {
    /// Finds them in the object `internal` of the SDK.
    pub(crate) fn new<'js>(ctx: &Ctx<'js>, internal: &Object<'js>) -> Result<Self> {
        let function = |name: &str| -> Result<_> { Ok(Persistent::save(ctx, internal.get::<_, Function>(name)?)) };
        Ok(Self {
            http_error: Persistent::save(ctx, internal.get::<_, Constructor>("HttpError")?),
            stringify: function("stringify")?,
            check: function("check")?,
            request: function("request")?,
            reply: function("reply")?,
            describe: function("describe")?,
            next_timer: function("nextTimer")?,
            run_timers: function("runTimers")?,
            drop_timers: function("dropTimers")?,
        })
    }
}

/// The runtime with its one context. Nothing of it is ever dropped: the host drops the whole memory.
pub(crate) struct Engine {
    pub(crate) runtime: Runtime,
    pub(crate) context: Context,
    /// Parses JSON without a loss.
    pub(crate) parse: OnceCell<Persistent<Function<'static>>>,
    pub(crate) sdk: OnceCell<Sdk>,
    pub(crate) fujsens: OnceCell<BTreeMap<String, Fujsen>>,
}

thread_local! {
    static ENGINE: OnceCell<&'static Engine> = const { OnceCell::new() };
    static STARTING: Cell<bool> = const { Cell::new(true) };
}

/// The engine, once [`set`] has been called.
pub(crate) fn get() -> Option<&'static Engine> {
    ENGINE.with(|engine| engine.get().copied())
}

/// Keeps the engine for all calls.
pub(crate) fn set(engine: Engine) -> &'static Engine {
    let engine: &'static Engine = Box::leak(Box::new(engine));
    ENGINE.with(|slot| slot.set(engine).ok());
    engine
}

/// What the engine calls of the SDK, once it is loaded.
pub(crate) fn sdk() -> Option<&'static Sdk> {
    get()?.sdk.get()
}

/// Whether the texts are being evaluated: there is no host then.
pub(crate) fn is_starting() -> bool {
    STARTING.get()
}

/// From now on the host can be called.
pub(crate) fn started() {
    STARTING.set(false);
}

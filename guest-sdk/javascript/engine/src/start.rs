//! Evaluating the SDK and the texts, once, when they are compiled.

use std::{alloc, cell::OnceCell, collections::BTreeMap};

use rquickjs::{
    CatchResultExt, CaughtError, Context, Ctx, Exception, Function, Module, Object, Persistent, Result, Runtime, Value,
    loader::{ImportAttributes, Loader, Resolver},
    module::Declared,
    promise::PromiseState,
};
use serde::{Deserialize, Serialize};

use crate::{
    clock,
    engine::{self, Absent, Engine, Fujsen, Kind, Parameter, Sdk},
    natives, rejections,
    thrown::Thrown,
    value,
};

/// What JavaScript may use of the stack in memory, which has 1 MiB: some 1,800 calls inside each other. wasmtime's own stack, of
/// which a call takes about three times as much, has 2 MiB in the host. Bytes.
const STACK: usize = 576 << 10;
/// What a call may allocate before cycles are looked for. Bytes.
const GARBAGE: usize = 4 << 20;

/// What the host says: the SDK's files, and the texts with their functions.
#[derive(Deserialize)]
struct Input {
    sdk: Vec<File>,
    modules: Vec<Text>,
    /// Whether `eval` and `Function` are there.
    #[serde(default)]
    eval: bool,
}

#[derive(Deserialize)]
struct File {
    name: String,
    code: String,
}

#[derive(Deserialize)]
struct Text {
    name: String,
    code: String,
    functions: Vec<Declaration>,
}

#[derive(Deserialize)]
struct Declaration {
    /// What the text exports it as, and the host calls it.
    name: String,
    params: Vec<ParameterDeclaration>,
}

#[derive(Deserialize)]
struct ParameterDeclaration {
    name: String,
    kind: Kind,
    #[serde(default)]
    schema: Option<serde_json::Value>,
    /// What the function is given for an argument that is not there; none where one must be.
    #[serde(default)]
    absent: Option<Absent>,
}

/// What the host is told: why the texts cannot start, or nothing.
#[derive(Default, Serialize)]
struct Output {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Refusal>,
}

#[derive(Serialize)]
struct Refusal {
    message: String,
    file: String,
    line: u32,
    column: u32,
}

/// Room for the input of [`start`]. Bytes.
#[unsafe(no_mangle)]
extern "C" fn tusk_allocate(length: usize) -> *mut u8 {
    let layout = alloc::Layout::from_size_align(length.max(1), 1);
    // SAFETY: the size is not 0.
    layout.map_or(std::ptr::null_mut(), |layout| unsafe { alloc::alloc(layout) })
}

/// Evaluates what the `length` bytes at `input`, which [`tusk_allocate`] gave, say. Gives the address of the answer: its length in 4
/// bytes, and JSON.
#[unsafe(no_mangle)]
extern "C" fn tusk_start(input: *mut u8, length: usize) -> *const u8 {
    // SAFETY: the host allocated it so and has filled it.
    let input = unsafe { Vec::from_raw_parts(input, length, length.max(1)) };
    let output = match serde_json::from_slice(&input) {
        Ok(input) => start(input),
        Err(error) => Output::refused(format!("the input cannot be read: {error}")),
    };
    let json = serde_json::to_vec(&output).unwrap_or_default();
    let answer = [&(json.len() as u32).to_le_bytes()[..], &json].concat();
    answer.leak().as_ptr()
}

impl Output {
    fn refused(message: String) -> Self {
        Self {
            error: Some(Refusal {
                message,
                file: String::new(),
                line: 0,
                column: 0,
            }),
        }
    }

    fn thrown(thrown: &Thrown) -> Self {
        let (file, line, column) = thrown.place().unwrap_or_default();
        Self {
            error: Some(Refusal {
                message: thrown.message.clone(),
                file: file.to_owned(),
                line,
                column,
            }),
        }
    }
}

fn start(input: Input) -> Output {
    let Ok((runtime, context)) = Runtime::new().and_then(|runtime| Ok((runtime.clone(), Context::full(&runtime)?)))
    else {
        return Output::refused("there is not enough memory for the engine".to_owned());
    };
    runtime.set_max_stack_size(STACK);
    rejections::watch(&runtime);
    let sdk = input
        .sdk
        .into_iter()
        .map(|file| (format!("tusk:{}", file.name), file.code));
    let texts = input.modules.iter().map(|text| (text.name.clone(), text.code.clone()));
    runtime.set_loader(Names, Files(sdk.chain(texts).collect()));
    let engine = engine::set(Engine {
        runtime,
        context,
        parse: OnceCell::new(),
        sdk: OnceCell::new(),
        fujsens: OnceCell::new(),
    });
    let output = engine.context.with(|ctx| {
        let loaded = load(&ctx, engine, input.modules, input.eval).catch(&ctx);
        match loaded {
            Ok(()) if clock::was_read() => Output::refused(
                "the clock is read while the module starts (`Date` outside of a function), where it would stand still: \
                 move it into a function"
                    .to_owned(),
            ),
            Ok(()) => Output::default(),
            Err(CaughtError::Exception(error)) => Output::thrown(&Thrown::new(&ctx, error.into_object().into_value())),
            Err(CaughtError::Value(value)) => Output::thrown(&Thrown::new(&ctx, value)),
            Err(CaughtError::Error(error)) => Output::refused(error.to_string()),
        }
    });
    engine.runtime.run_gc();
    let held = usize::try_from(engine.runtime.memory_usage().malloc_size).unwrap_or(0);
    engine.runtime.set_gc_threshold(held + GARBAGE);
    engine::started();
    output
}

fn load<'js>(ctx: &Ctx<'js>, engine: &Engine, texts: Vec<Text>, eval: bool) -> Result<()> {
    natives::offer(ctx)?;
    engine
        .parse
        .set(Persistent::save(ctx, ctx.eval::<Function, _>(value::PARSE)?))
        .ok();
    let sdk = import(ctx, "tusk:index.js")?;
    let internal: Object = sdk.get("internal")?;
    engine.sdk.set(Sdk::new(ctx, &internal)?).ok();
    internal.get::<_, Function>("seal")?.call::<_, ()>((sdk, eval))?;
    clock::was_read();
    let mut fujsens = BTreeMap::new();
    for text in texts {
        let exported = import(ctx, &format!("./{}", text.name))?;
        share(ctx, &exported)?;
        for declaration in text.functions {
            fujsens.insert(declaration.name.clone(), fujsen(ctx, &exported, declaration)?);
        }
    }
    engine.fujsens.set(fujsens).ok();
    Ok(())
}

/// Loads and evaluates a module, once; gives what it exports.
fn import<'js>(ctx: &Ctx<'js>, name: &str) -> Result<Object<'js>> {
    let promise = Module::import(ctx, name)?;
    while ctx.execute_pending_job() {}
    match promise.state() {
        PromiseState::Pending => Err(Exception::throw_message(
            ctx,
            "the text awaits what never comes while the module starts: move the `await` into a function",
        )),
        _ => promise.result().unwrap_or(Err(rquickjs::Error::Unknown)),
    }
}

/// What a text exports is in scope in the other texts of its section.
fn share<'js>(ctx: &Ctx<'js>, exported: &Object<'js>) -> Result<()> {
    let globals = ctx.globals();
    for name in exported.keys::<String>() {
        let name = name?;
        if name != "default" && !globals.contains_key(name.as_str())? {
            globals.set(name.as_str(), exported.get::<_, Value>(name.as_str())?)?;
        }
    }
    Ok(())
}

fn fujsen<'js>(ctx: &Ctx<'js>, exported: &Object<'js>, declaration: Declaration) -> Result<Fujsen> {
    let function: Function = exported.get(declaration.name.as_str())?;
    let parameter = |parameter: ParameterDeclaration| {
        let schema = parameter
            .schema
            .map(|schema| ctx.json_parse(schema.to_string()))
            .transpose()?;
        Ok(Parameter {
            name: parameter.name,
            kind: parameter.kind,
            absent: parameter.absent,
            schema: schema.map(|schema| Persistent::save(ctx, schema)),
        })
    };
    Ok(Fujsen {
        function: Persistent::save(ctx, function),
        parameters: declaration.params.into_iter().map(parameter).collect::<Result<_>>()?,
    })
}

/// Finds the SDK's files for each other; for the texts, `tusk` and each other.
struct Names;

impl Resolver for Names {
    fn resolve<'js>(
        &mut self,
        _ctx: &Ctx<'js>,
        base: &str,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        let is_sdk = base.is_empty() || base.starts_with("tusk:");
        match name.strip_prefix("./") {
            Some(file) if base.starts_with("tusk:") => Ok(format!("tusk:{file}")),
            Some(file) if !file.contains(':') => {
                Ok(format!("{}.js", file.trim_end_matches(".ts").trim_end_matches(".js")))
            }
            None if name == "tusk" => Ok("tusk:tusk".to_owned()),
            None if is_sdk => Ok(name.to_owned()),
            _ => Err(rquickjs::Error::new_resolving(base, name)),
        }
    }
}

/// The code of modules, by name.
struct Files(BTreeMap<String, String>);

impl Loader for Files {
    fn load<'js>(
        &mut self,
        ctx: &Ctx<'js>,
        name: &str,
        _attributes: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        let code = match name {
            "tusk:host" => natives::module(ctx)?,
            "tusk:tusk" => public(ctx)?,
            _ => self.0.remove(name).ok_or_else(|| rquickjs::Error::new_loading(name))?,
        };
        Module::declare(ctx.clone(), name, code)
    }
}

/// The module `tusk`: what the SDK exports for others than the engine.
fn public(ctx: &Ctx<'_>) -> Result<String> {
    let exported = import(ctx, "tusk:index.js")?;
    let names = exported
        .keys::<String>()
        .filter(|name| !matches!(name.as_deref(), Ok("internal")));
    let names = names.collect::<Result<Vec<_>>>()?;
    Ok(format!("export {{ {} }} from \"./index.js\";", names.join(", ")))
}

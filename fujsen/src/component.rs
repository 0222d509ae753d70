//! Components, and what they say of their functions.

mod surface;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wasmparser::Parser;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use crate::{component::surface::Surface, limits, wit::World};

/// A component that imports and exports the world `tusk:fujsen/module`, and what its functions are.
#[derive(Clone, Debug)]
pub struct Component {
    pub wasm: Vec<u8>,
    /// SHA-256 of `wasm`.
    pub hash: [u8; 32],
    pub functions: Vec<Function>,
}

/// One line of the custom section `tusk:functions` (guest-sdk/wit/README.md).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Function {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    pub params: Vec<Parameter>,
    #[serde(default)]
    pub result: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The type as its author wrote it.
    pub source: String,
    #[serde(default)]
    pub optional: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<i64>,
}

/// What the host binds for a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    Boolean,
    Integer,
    Real,
    Text,
    Bytes,
    /// Anything, as JSON.
    Json,
    /// The whole request: the guest asks for it, the host passes null.
    Request,
}

/// Why a prebuilt module cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrebuiltError {
    #[error("this is not WebAssembly: {0}")]
    NotWasm(String),
    #[error("it does not export `call` of the world tusk:fujsen/module")]
    NoCall,
    #[error("it imports {}, which this host does not have", shown(.0))]
    UnknownImports(Vec<String>),
    #[error("it has no custom section `tusk:functions`; build it with the guest SDK")]
    NoFunctions,
    #[error("it has {0}; at most {1} are allowed")]
    TooMuch(String, String),
    #[error("its function `{}` has no name that can be used: letters, digits, `_`, `-`, `.` and `$`", printed(.0))]
    BadName(String),
    #[error("{}", printed(.0))]
    Other(String),
}

/// What a module says, on one line and not without end.
fn printed(text: &str) -> String {
    let short: String = text.chars().take(limits::SHOWN).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", short.escape_debug())
}

fn shown(names: &[String]) -> String {
    let more = names.len().saturating_sub(limits::NAMES_SHOWN);
    let names: Vec<_> = names
        .iter()
        .take(limits::NAMES_SHOWN)
        .map(|name| printed(name))
        .collect();
    let rest = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    names.join(", ") + &rest
}

impl Component {
    /// Takes a module built elsewhere: a core module of either SDK, or a component.
    pub fn prebuilt(wasm: &[u8]) -> Result<Self, PrebuiltError> {
        if wasm.len() > limits::MODULE {
            return Err(PrebuiltError::TooMuch(
                format!("{} bytes", wasm.len()),
                limits::MODULE.to_string(),
            ));
        }
        if Parser::is_component(wasm) {
            let surface = Surface::read(wasm)?;
            surface.check(World::get().map_err(PrebuiltError::Other)?)?;
            return Self::new(wasm.to_vec(), &surface);
        }
        Self::of_core(wasm)
    }

    /// Wraps a core module.
    pub(crate) fn of_core(core: &[u8]) -> Result<Self, PrebuiltError> {
        let world = World::get().map_err(PrebuiltError::Other)?;
        let surface = Surface::read(core)?;
        surface.check(world)?;
        if surface.functions.is_empty() {
            return Err(PrebuiltError::NoFunctions);
        }
        // Before anything is made of a module that cannot be used.
        surface.functions()?;
        let mut core = core.to_vec();
        if surface.encoding.as_deref() == Some("utf16") {
            embed_component_metadata(&mut core, &world.resolve, world.id, StringEncoding::UTF16).map_err(other)?;
        }
        let mut encoder = ComponentEncoder::default()
            .validate(true)
            .module(&core)
            .map_err(other)?;
        Self::of_component(encoder.encode().map_err(other)?)
    }

    /// Takes a component that was checked before.
    pub(crate) fn of_component(wasm: Vec<u8>) -> Result<Self, PrebuiltError> {
        let surface = Surface::read(&wasm)?;
        Self::new(wasm, &surface)
    }

    fn new(wasm: Vec<u8>, surface: &Surface) -> Result<Self, PrebuiltError> {
        if surface.functions.is_empty() {
            return Err(PrebuiltError::NoFunctions);
        }
        Ok(Self {
            hash: Sha256::digest(&wasm).into(),
            functions: surface.functions()?,
            wasm,
        })
    }
}

fn other(error: impl std::fmt::Display) -> PrebuiltError {
    PrebuiltError::Other(format!("{error:#}"))
}

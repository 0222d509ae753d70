//! Components, and what they say of their functions.

mod function;
mod image;
mod refused;
mod surface;

pub use self::{
    function::{Function, Kind, Parameter},
    image::Interpreter,
    refused::PrebuiltError,
};

use sha2::{Digest, Sha256};
use wasmparser::Parser;
use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};

use self::surface::Surface;
pub(crate) use self::{image::Image, refused::printed};
use crate::{limits, wit::World};

/// A component that imports and exports the world `tusk:fujsen/module`, and what its functions are.
#[derive(Clone, Debug)]
pub struct Component {
    /// The component itself, in binary form.
    pub wasm: Vec<u8>,
    /// SHA-256 of `wasm`.
    pub hash: [u8; 32],
    /// What its section `tusk:functions` says, in the order of file and line.
    pub functions: Vec<Function>,
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

    /// Takes what a toolchain of ours made.
    pub(crate) fn built(wasm: Vec<u8>) -> Result<Self, PrebuiltError> {
        if Parser::is_component(&wasm) {
            Self::of_component(wasm)
        } else {
            Self::of_core(&wasm)
        }
    }

    /// Wraps a core module.
    fn of_core(core: &[u8]) -> Result<Self, PrebuiltError> {
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

//! Components whose code is the same and whose memory differs.
//!
//! A language that is interpreted has one [`Interpreter`]: a core module that evaluates texts. Its components import that
//! module, so that it is compiled to machine code once for all of them, and bring their own memory: an image of what it
//! held once the texts were evaluated.
use sha2::{Digest, Sha256};
use wasm_encoder::{
    Component, ComponentImportSection, ComponentTypeRef, CoreTypeSection, CustomSection, DataSection, EntityType,
    ExportKind, ExportSection, ImportSection, InstanceSection, MemorySection, MemoryType, Module, ModuleArg,
    ModuleType, RawSection, ValType,
    reencode::{self, Reencode, ReencodeComponent, RoundtripReencoder},
};
use wasmparser::{CompositeInnerType, ExternalKind, Parser, Payload, TypeRef};
use wit_component::ComponentEncoder;

use crate::cache::hex;

/// Where an interpreter's memory comes from, once it is no longer its own.
const IMAGE: &str = "image";
const MEMORY: &str = "memory";
/// Zeros that are left out of an image: what comes after them is a segment of its own, which takes some ten bytes. Bytes.
const GAP: usize = 64;
/// Of WebAssembly. Bytes.
const PAGE: usize = 64 << 10;

/// A core module that many components share, and what is around it in each of them.
pub struct Interpreter {
    /// What components import it as. It differs with every other interpreter.
    pub name: String,
    /// The module, which imports its memory as `image` `memory`.
    pub wasm: Vec<u8>,
    /// SHA-256 of `wasm`.
    pub hash: [u8; 32],
    /// A module that exports, as `memory`, what it begins with.
    pub beginning: Vec<u8>,
    before: Vec<u8>,
    after: Vec<u8>,
}

impl std::fmt::Debug for Interpreter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Interpreter")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Interpreter {
    /// What all their names begin with. What follows is a part of the hash.
    pub(crate) const PREFIX: &str = "tusk-interpreter-h";

    /// Takes a core module of the world `tusk:fujsen/module` apart. What fails is the module's fault: a test shows it.
    pub(crate) fn new(core: &[u8]) -> Result<Self, String> {
        let parts = Parts::read(core).map_err(|error| error.to_string())?;
        let wasm = parts.without_memory();
        let hash: [u8; 32] = Sha256::digest(&wasm).into();
        let name = format!("{}{}", Self::PREFIX, hex(&hash).get(..16).unwrap_or_default());
        let whole = ComponentEncoder::default()
            .module(core)
            .and_then(|mut encoder| encoder.encode());
        let whole = whole.map_err(|error| format!("{error:#}"))?;
        let placeholder = Image::new(&[]).module();
        let mut frame = Component::new();
        let mut framing = Framing {
            name: &name,
            imported: parts.module_type(),
            image: &placeholder,
            is_framed: false,
        };
        framing
            .parse_component(&mut frame, Parser::new(0), &whole)
            .map_err(|error| error.to_string())?;
        let frame = frame.finish();
        let at = frame
            .windows(placeholder.len())
            .position(|window| window == placeholder);
        let at = at.ok_or("the component of the interpreter has no place for an image")?;
        // A module stands behind the number of its section and its length, which is one byte for so small a one.
        let before = frame.get(..at - 2).unwrap_or_default().to_vec();
        let after = frame.get(at + placeholder.len()..).unwrap_or_default().to_vec();
        Ok(Self {
            name,
            wasm,
            hash,
            beginning: parts.beginning(),
            before,
            after,
        })
    }

    /// The component of an image. `functions` are the lines of the section `tusk:functions`.
    pub(crate) fn component(&self, image: &Image, functions: &str) -> Vec<u8> {
        let mut component = self.before.clone();
        let mut section = Component::new();
        section.section(&RawModule(&image.module()));
        section.section(&CustomSection {
            name: "tusk:functions".into(),
            data: functions.as_bytes().into(),
        });
        // Behind the eight bytes that begin every component.
        component.extend(section.finish().get(8..).unwrap_or_default());
        component.extend(&self.after);
        component
    }
}

/// A memory at one moment.
#[derive(Debug)]
pub(crate) struct Image<'a> {
    memory: &'a [u8],
}

impl<'a> Image<'a> {
    /// `memory` is a whole number of pages.
    pub(crate) fn new(memory: &'a [u8]) -> Self {
        Self { memory }
    }

    /// What of it is not zero. Bytes.
    pub(crate) fn size(&self) -> usize {
        segments(self.memory).iter().map(|(_, bytes)| bytes.len()).sum()
    }

    fn module(&self) -> Vec<u8> {
        let mut memories = MemorySection::new();
        memories.memory(memory_type((self.memory.len() / PAGE) as u64));
        let mut exports = ExportSection::new();
        exports.export(MEMORY, ExportKind::Memory, 0);
        let mut data = DataSection::new();
        for (at, bytes) in segments(self.memory) {
            data.active(0, &wasm_encoder::ConstExpr::i32_const(at as i32), bytes.iter().copied());
        }
        let mut module = Module::new();
        module.section(&memories).section(&exports).section(&data);
        module.finish()
    }
}

fn memory_type(minimum: u64) -> MemoryType {
    MemoryType {
        minimum,
        maximum: None,
        memory64: false,
        shared: false,
        page_size_log2: None,
    }
}

/// What is not zero, with its place. A gap is left out where it is a whole [`GAP`].
fn segments(memory: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (chunk, bytes) in memory.chunks(GAP).enumerate() {
        let at = chunk * GAP;
        if bytes.iter().all(|byte| *byte == 0) {
            continue;
        }
        match found.last_mut() {
            Some((_, end)) if *end == at => *end += bytes.len(),
            _ => found.push((at, at + bytes.len())),
        }
    }
    found
        .into_iter()
        .filter_map(|(start, end)| Some((start, memory.get(start..end)?)))
        .collect()
}

/// A core module as it is, as a section of a component.
struct RawModule<'a>(&'a [u8]);

impl wasm_encoder::Encode for RawModule<'_> {
    fn encode(&self, sink: &mut Vec<u8>) {
        self.0.len().encode(sink);
        sink.extend(self.0);
    }
}

impl wasm_encoder::ComponentSection for RawModule<'_> {
    fn id(&self) -> u8 {
        wasm_encoder::ComponentSectionId::CoreModule.into()
    }
}

/// The parts of a core module that matter for taking its memory away.
struct Parts<'a> {
    sections: Vec<(u8, &'a [u8])>,
    types: Vec<(Vec<ValType>, Vec<ValType>)>,
    imports: Vec<(&'a str, &'a str, TypeRef)>,
    exports: Vec<(&'a str, ExternalKind, u32)>,
    /// The type of each function, imported ones first.
    functions: Vec<u32>,
    memory: u64,
    data: &'a [u8],
}

const IMPORT_SECTION: u8 = 2;
const MEMORY_SECTION: u8 = 5;
const DATA_SECTION: u8 = 11;
const DATA_COUNT_SECTION: u8 = 12;

impl<'a> Parts<'a> {
    fn read(core: &'a [u8]) -> wasmparser::Result<Self> {
        let mut parts = Self {
            sections: Vec::new(),
            types: Vec::new(),
            imports: Vec::new(),
            exports: Vec::new(),
            functions: Vec::new(),
            memory: 0,
            data: &[],
        };
        for payload in Parser::new(0).parse_all(core) {
            let payload = payload?;
            if let Some((id, range)) = payload.as_section() {
                parts.sections.push((id, core.get(range).unwrap_or_default()));
            }
            parts.payload(payload, core)?;
        }
        Ok(parts)
    }

    fn payload(&mut self, payload: Payload<'a>, core: &'a [u8]) -> wasmparser::Result<()> {
        match payload {
            Payload::TypeSection(section) => {
                for group in section {
                    for sub_type in group?.into_types() {
                        self.types.push(match sub_type.composite_type.inner {
                            CompositeInnerType::Func(function) => {
                                (values(function.params()), values(function.results()))
                            }
                            _ => (Vec::new(), Vec::new()),
                        });
                    }
                }
            }
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    let import = import?;
                    if let TypeRef::Func(index) = import.ty {
                        self.functions.push(index);
                    }
                    self.imports.push((import.module, import.name, import.ty));
                }
            }
            Payload::FunctionSection(section) => {
                for index in section {
                    self.functions.push(index?);
                }
            }
            Payload::MemorySection(section) => {
                for memory in section {
                    self.memory = memory?.initial;
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports.push((export.name, export.kind, export.index));
                }
            }
            Payload::DataSection(section) => self.data = core.get(section.range()).unwrap_or_default(),
            _ => {}
        }
        Ok(())
    }

    /// The module, with an imported memory in place of its own, and without what filled that.
    fn without_memory(&self) -> Vec<u8> {
        let mut module = Module::new();
        let mut has_imports = false;
        for (id, data) in &self.sections {
            if !has_imports && *id >= IMPORT_SECTION {
                module.section(&self.import_section());
                has_imports = true;
            }
            if !matches!(
                *id,
                0 | IMPORT_SECTION | MEMORY_SECTION | DATA_SECTION | DATA_COUNT_SECTION
            ) {
                module.section(&RawSection { id: *id, data });
            }
        }
        module.finish()
    }

    fn import_section(&self) -> ImportSection {
        let mut section = ImportSection::new();
        for (module, name, ty) in &self.imports {
            if let Ok(ty) = RoundtripReencoder.entity_type(*ty) {
                section.import(module, name, ty);
            }
        }
        section.import(IMAGE, MEMORY, memory_type(self.memory));
        section
    }

    fn beginning(&self) -> Vec<u8> {
        let mut memories = MemorySection::new();
        memories.memory(memory_type(self.memory));
        let mut exports = ExportSection::new();
        exports.export(MEMORY, ExportKind::Memory, 0);
        let mut module = Module::new();
        module.section(&memories).section(&exports);
        if !self.data.is_empty() {
            module.section(&RawSection {
                id: DATA_SECTION,
                data: self.data,
            });
        }
        module.finish()
    }

    /// The type that components import it with: its functions and its memory.
    fn module_type(&self) -> ModuleType {
        let mut ty = ModuleType::new();
        let mut count = 0;
        let mut function = |ty: &mut ModuleType, index: u32| {
            let (parameters, results) = self.types.get(index as usize).cloned().unwrap_or_default();
            ty.ty().function(parameters, results);
            count += 1;
            EntityType::Function(count - 1)
        };
        for (module, name, import) in &self.imports {
            if let TypeRef::Func(index) = import {
                let function = function(&mut ty, *index);
                ty.import(module, name, function);
            }
        }
        ty.import(IMAGE, MEMORY, EntityType::Memory(memory_type(self.memory)));
        for (name, kind, index) in &self.exports {
            match kind {
                ExternalKind::Func => {
                    let index = self.functions.get(*index as usize).copied().unwrap_or_default();
                    let function = function(&mut ty, index);
                    ty.export(name, function);
                }
                ExternalKind::Memory => {
                    ty.export(name, EntityType::Memory(memory_type(self.memory)));
                }
                _ => {}
            }
        }
        ty
    }
}

fn values(types: &[wasmparser::ValType]) -> Vec<ValType> {
    let value = |ty: &wasmparser::ValType| RoundtripReencoder.val_type(*ty).ok();
    types.iter().filter_map(value).collect()
}

/// Takes the main module out of a component, which is its first, imports it instead, and gives it an image's memory.
///
/// The image becomes module 1 and instance 0: the indices of all others move up.
struct Framing<'a> {
    name: &'a str,
    imported: ModuleType,
    image: &'a [u8],
    is_framed: bool,
}

impl Reencode for Framing<'_> {
    type Error = std::convert::Infallible;
}

impl ReencodeComponent for Framing<'_> {
    fn module_index(&mut self, index: u32) -> u32 {
        if index == 0 { 0 } else { index + 1 }
    }

    fn instance_index(&mut self, index: u32) -> u32 {
        index + 1
    }

    fn parse_component_submodule(
        &mut self,
        component: &mut Component,
        _parser: Parser,
        module: &[u8],
    ) -> Result<(), reencode::Error<Self::Error>> {
        if std::mem::replace(&mut self.is_framed, true) {
            component.section(&RawModule(module));
            return Ok(());
        }
        let mut types = CoreTypeSection::new();
        types.ty().module(&self.imported);
        let mut imports = ComponentImportSection::new();
        imports.import(self.name, ComponentTypeRef::Module(0));
        let mut instances = InstanceSection::new();
        instances.instantiate::<_, &str>(1, []);
        component
            .section(&types)
            .section(&imports)
            .section(&RawModule(self.image))
            .section(&instances);
        Ok(())
    }

    fn parse_instance(
        &mut self,
        instances: &mut InstanceSection,
        instance: wasmparser::Instance<'_>,
    ) -> Result<(), reencode::Error<Self::Error>> {
        match instance {
            wasmparser::Instance::Instantiate { module_index: 0, args } => {
                let args = args.iter().map(|arg| (arg.name, ModuleArg::Instance(arg.index + 1)));
                instances.instantiate(0, args.chain([(IMAGE, ModuleArg::Instance(0))]).collect::<Vec<_>>());
                Ok(())
            }
            other => reencode::component_utils::parse_instance(self, instances, other),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use wasmparser::Validator;

    use super::*;
    use crate::{component::Component as Made, interpreters::JAVASCRIPT};

    #[test]
    fn an_image_leaves_out_what_is_zero() {
        let mut memory = vec![0; PAGE];
        memory[GAP * 3 + 1] = 1;
        memory[GAP * 4] = 2;
        memory[PAGE - 1] = 3;
        let found: Vec<_> = segments(&memory).iter().map(|(at, bytes)| (*at, bytes.len())).collect();
        assert_eq!(found, [(GAP * 3, GAP * 2), (PAGE - GAP, GAP)]);
        assert_eq!(Image::new(&memory).size(), GAP * 3);
        assert!(Image::new(&memory).module().len() < GAP * 4);
    }

    #[test]
    fn a_component_imports_its_interpreter_and_brings_its_memory() {
        let interpreter = JAVASCRIPT.as_ref().unwrap();
        let memory = vec![7; PAGE * 40];
        let function = r#"{"name":"f","params":[],"result":"void"}"#;
        let wasm = interpreter.component(&Image::new(&memory), function);
        Validator::new().validate_all(&wasm).unwrap();
        Validator::new().validate_all(&interpreter.wasm).unwrap();
        Validator::new().validate_all(&interpreter.beginning).unwrap();
        assert!(
            wasm.len() < memory.len() + (64 << 10),
            "the interpreter is not in it: {}",
            wasm.len()
        );
        let made = Made::built(wasm).unwrap();
        assert_eq!(made.functions.len(), 1);
        assert_eq!(made.functions[0].name, "f");
    }
}

//! What can be seen of a module without compiling it.
use wasmparser::{ComponentExternalKind, ExternalKind, Parser, Payload};

use super::{function::Function, refused::PrebuiltError};
use crate::{limits, wit::World};

const FUNCTIONS: &str = "tusk:functions";
const ENCODING: &str = "tusk:encoding";

/// Imports and exports of the outermost module, and the custom sections of ours at any depth.
#[derive(Debug, Default)]
pub(super) struct Surface {
    imports: Vec<String>,
    exports_call: bool,
    /// The content of `tusk:functions`; empty when there is none.
    pub(super) functions: Vec<u8>,
    pub(super) encoding: Option<String>,
}

impl Surface {
    pub(super) fn read(wasm: &[u8]) -> Result<Self, PrebuiltError> {
        let mut surface = Self::default();
        let mut depth = 0u32;
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload.map_err(not_wasm)?;
            match &payload {
                Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
                // The outermost module's own end is the last payload.
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) if section.name() == FUNCTIONS => {
                    surface.functions.extend(section.data());
                    within(
                        "bytes of `tusk:functions`",
                        surface.functions.len(),
                        limits::FUNCTIONS_BYTES,
                    )?;
                }
                Payload::CustomSection(section) if section.name() == ENCODING => {
                    surface.encoding = Some(String::from_utf8_lossy(section.data()).trim().to_owned());
                }
                _ if depth == 0 => surface.outermost(payload).map_err(not_wasm)?,
                _ => {}
            }
        }
        Ok(surface)
    }

    fn outermost(&mut self, payload: Payload<'_>) -> wasmparser::Result<()> {
        match payload {
            Payload::ImportSection(section) => {
                for import in section.into_imports() {
                    self.import(import?.module);
                }
            }
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports_call |= export.name == "call" && export.kind == ExternalKind::Func;
                }
            }
            Payload::ComponentImportSection(section) => {
                for import in section {
                    self.import(import?.name.name);
                }
            }
            Payload::ComponentExportSection(section) => {
                for export in section {
                    let export = export?;
                    self.exports_call |= export.name.name == "call" && export.kind == ComponentExternalKind::Func;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn import(&mut self, name: &str) {
        if !self.imports.iter().any(|known| known == name) {
            self.imports.push(name.to_owned());
        }
    }

    /// Whether the host has what the module wants, and the module what the host calls.
    pub(super) fn check(&self, world: &World) -> Result<(), PrebuiltError> {
        let has = |name: &str| world.has_import(name) || is_wasi(name);
        let unknown: Vec<_> = self.imports.iter().filter(|name| !has(name)).cloned().collect();
        if !unknown.is_empty() {
            return Err(PrebuiltError::UnknownImports(unknown));
        }
        if self.exports_call {
            Ok(())
        } else {
            Err(PrebuiltError::NoCall)
        }
    }

    /// In the order of their places: the linker's own order depends on how the code was divided.
    pub(super) fn functions(&self) -> Result<Vec<Function>, PrebuiltError> {
        let lines = self
            .functions
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.trim_ascii().is_empty());
        let functions = lines.map(|line| serde_json::from_slice(line).map_err(unreadable));
        let mut functions = functions
            .take(limits::FUNCTIONS + 1)
            .collect::<Result<Vec<Function>, _>>()?;
        within("functions or more", functions.len(), limits::FUNCTIONS)?;
        functions.iter().try_for_each(check_function)?;
        functions.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
        Ok(functions)
    }
}

/// What the host prints, and makes routes, metrics and documents of.
fn check_function(function: &Function) -> Result<(), PrebuiltError> {
    let Function {
        name,
        doc,
        file,
        params,
        result,
        ..
    } = function;
    if !is_name(name) {
        return Err(PrebuiltError::BadName(name.clone()));
    }
    within("parameters of a function", params.len(), limits::PARAMETERS)?;
    within(
        "bytes in the comment of a function",
        doc.as_ref().map_or(0, String::len),
        limits::DOC,
    )?;
    for parameter in params {
        if !is_name(&parameter.name) {
            return Err(PrebuiltError::BadName(format!("{name}({})", parameter.name)));
        }
        within("bytes in a type", parameter.source.len(), limits::TYPE)?;
    }
    within("bytes in a type", result.len(), limits::TYPE)?;
    within(
        "bytes in the name of a file",
        file.as_ref().map_or(0, String::len),
        limits::TYPE,
    )
}

/// Nothing that steers a terminal or ends a line, and nothing that is no use as a name.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '$');
    (1..=limits::NAME).contains(&name.len()) && name.chars().all(is_part)
}

fn within(what: &str, count: usize, most: usize) -> Result<(), PrebuiltError> {
    if count <= most {
        return Ok(());
    }
    Err(PrebuiltError::TooMuch(format!("{count} {what}"), most.to_string()))
}

/// Such as `wasi:io/streams@0.2.6`.
fn is_wasi(name: &str) -> bool {
    let Some((_, version)) = name.strip_prefix("wasi:").and_then(|rest| rest.split_once('@')) else {
        return false;
    };
    version == "0.2" || version.starts_with("0.2.")
}

fn not_wasm(error: wasmparser::BinaryReaderError) -> PrebuiltError {
    PrebuiltError::NotWasm(error.to_string())
}

fn unreadable(error: serde_json::Error) -> PrebuiltError {
    PrebuiltError::Other(format!("its custom section `{FUNCTIONS}` cannot be read: {error}"))
}

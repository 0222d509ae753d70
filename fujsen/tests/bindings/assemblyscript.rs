//! The AssemblyScript SDK's: how imports are declared, and where in memory the parts of what they take and give stand.

use std::{collections::BTreeMap, fmt::Write as _};

use wit_bindgen_core::wit_parser::{
    Function, Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId, TypeOwner, WorldId, WorldItem, WorldKey,
    abi::{AbiVariant, WasmType},
};

const HEAD: &str = "// Generated from guest-sdk/wit: `UPDATE=1 cargo test -p fujsen --test bindings` writes it anew.\n";
/// Of a line of code.
const WIDTH: usize = 120;

struct Generator {
    resolve: Resolve,
    world: WorldId,
    sizes: SizeAlign,
}

impl Generator {
    fn new() -> Self {
        let (resolve, world) = crate::world();
        let mut sizes = SizeAlign::default();
        sizes.fill(&resolve);
        Self { resolve, world, sizes }
    }

    /// Each function that a module imports, with its interface: its whole name, and the short one.
    fn imports(&self) -> impl Iterator<Item = (String, &str, &Function)> {
        let imports = self.resolve.worlds[self.world].imports.iter();
        let interfaces = imports.filter_map(|(key, item)| match item {
            WorldItem::Interface { id, .. } => Some((key, &self.resolve.interfaces[*id])),
            _ => None,
        });
        interfaces.flat_map(move |(key, interface)| {
            let name = interface.name.as_deref().unwrap();
            let functions = interface.functions.values();
            functions.map(move |function| (self.resolve.name_world_key(key), name, function))
        })
    }

    /// The function that a module exports.
    fn call(&self) -> &Function {
        let exports = &self.resolve.worlds[self.world].exports;
        match &exports[&WorldKey::Name("call".to_owned())] {
            WorldItem::Function(function) => function,
            other => panic!("{other:?} is no function"),
        }
    }

    fn declarations(&self) -> String {
        let mut out = format!(
            "{HEAD}// The imports, flattened: a string or a list is pointer and length; a result that does not fit one word is\n\
             // written to the pointer that comes last.\n"
        );
        let mut interface = String::new();
        for (whole, short, function) in self.imports() {
            if interface != whole {
                out += "\n";
                interface = whole.clone();
            }
            let _ = writeln!(out, "@external(\"{whole}\", \"{}\")", function.name);
            out += &self.declaration(&camel(&format!("{short}-{}", function.name)), function);
        }
        out
    }

    fn declaration(&self, name: &str, function: &Function) -> String {
        let signature = self.resolve.wasm_signature(AbiVariant::GuestImport, function);
        assert!(!signature.indirect_params, "{name} has more parameters than fit");
        let mut names: Vec<String> = Vec::new();
        for parameter in &function.params {
            self.flat_names(&parameter.name, &parameter.ty, &mut names);
        }
        if signature.retptr {
            names.push("result".to_owned());
        }
        assert_eq!(names.len(), signature.params.len(), "{name}");
        let parameters: Vec<String> = names
            .iter()
            .zip(&signature.params)
            // A word of the language itself.
            .map(|(name, ty)| format!("{}: {}", camel(&name.replace("arguments", "args")), word(*ty)))
            .collect();
        let result = signature.results.first().map_or("void", |ty| word(*ty));
        let head = format!("export declare function {name}(");
        let line = format!("{head}{}): {result};\n", parameters.join(", "));
        match line.len() > WIDTH {
            true => format!("{head}\n{}): {result};\n", wrapped(&parameters)),
            false => line,
        }
    }

    /// What the words of a parameter are called, in the order in which they are passed.
    fn flat_names(&self, name: &str, ty: &Type, names: &mut Vec<String>) {
        let mut pair = || names.extend([name.to_owned(), format!("{name}-length")]);
        let Type::Id(id) = ty else {
            return match ty {
                Type::String => pair(),
                _ => names.push(name.to_owned()),
            };
        };
        match &self.resolve.types[*id].kind {
            TypeDefKind::List(_) => pair(),
            TypeDefKind::Type(ty) => self.flat_names(name, ty, names),
            TypeDefKind::Enum(_) => names.push(name.to_owned()),
            TypeDefKind::Record(record) => {
                for field in &record.fields {
                    self.flat_names(&field.name, &field.ty, names);
                }
            }
            TypeDefKind::Option(ty) => {
                names.push(format!("has-{name}"));
                self.flat_names(name, ty, names);
            }
            // Whatever the case: a number or a pointer, and a length.
            TypeDefKind::Variant(_) => {
                names.extend([format!("{name}-tag"), format!("{name}-word"), format!("{name}-length")]);
            }
            other => panic!("parameters of the kind {other:?} are not known here"),
        }
    }

    fn layout(&self) -> String {
        let mut out = format!("{HEAD}// Where in memory the parts of what crosses stand. Bytes.\n");
        let results = self
            .imports()
            .filter_map(|(_, _, function)| self.area(AbiVariant::GuestImport, function));
        let (size, align) = results.fold((0, 1), |(size, align), area| (size.max(area.0), align.max(area.1)));
        out += &block(
            "What the result of an import takes at most.",
            "Results",
            &[("SIZE".to_owned(), size), ("ALIGN".to_owned(), align)],
        );
        let (size, align) = self.area(AbiVariant::GuestExport, self.call()).unwrap();
        let mut call = vec![("SIZE".to_owned(), size), ("ALIGN".to_owned(), align)];
        call.extend(
            self.payload(self.call().result.as_ref().unwrap())
                .map(|at| ("PAYLOAD".to_owned(), at)),
        );
        out += &block("What the export `call` gives.", "Call", &call);
        out += &block(
            "Where the result of an import has its payload, behind the tag.",
            "Payload",
            &self.payloads(),
        );
        let text = self.size(&Type::String);
        // A pointer, and as large a number.
        let slice = [("length".to_owned(), text / 2), ("SIZE".to_owned(), text)];
        out += &block("A text or a list: where it is, and how many.", "Slice", &slice);
        let types = self.resolve.types.iter();
        let own = types.filter(|(_, definition)| !matches!(definition.kind, TypeDefKind::Type(_)));
        let named: BTreeMap<String, TypeId> = own.map(|(id, _)| (self.name(&Type::Id(id)), id)).collect();
        for (name, id) in named {
            out += &self.definition(&name, id);
        }
        out
    }

    /// What a function's result takes in memory: size and alignment. None where it is passed as a word.
    fn area(&self, variant: AbiVariant, function: &Function) -> Option<(usize, usize)> {
        let is_in_memory = self.resolve.wasm_signature(variant, function).retptr;
        let result = function.result.as_ref().filter(|_| is_in_memory)?;
        Some((self.size(result), self.sizes.align(result).align_wasm32()))
    }

    fn payloads(&self) -> Vec<(String, usize)> {
        let imports = self.imports();
        let payloads = imports.filter_map(|(_, interface, function)| {
            let at = self.payload(function.result.as_ref()?)?;
            Some((camel(&format!("{interface}-{}", function.name)), at))
        });
        payloads.collect()
    }

    /// Where a variant, an option or a result has its payload.
    fn payload(&self, ty: &Type) -> Option<usize> {
        let Type::Id(id) = ty else { return None };
        let offset = |tag: Int, cases: &[Option<&Type>]| {
            Some(self.sizes.payload_offset(tag, cases.iter().copied()).size_wasm32())
        };
        match &self.resolve.types[*id].kind {
            TypeDefKind::Type(ty) => self.payload(ty),
            TypeDefKind::Option(ty) => offset(Int::U8, &[Some(ty)]),
            TypeDefKind::Result(result) => offset(Int::U8, &[result.ok.as_ref(), result.err.as_ref()]),
            TypeDefKind::Variant(variant) => {
                let cases: Vec<_> = variant.cases.iter().map(|case| case.ty.as_ref()).collect();
                offset(variant.tag(), &cases)
            }
            _ => None,
        }
    }

    /// The parts of a type, if it has any.
    fn definition(&self, name: &str, id: TypeId) -> String {
        let ty = Type::Id(id);
        let says = format!("`{}`.", self.shown(&ty));
        let size = ("SIZE".to_owned(), self.size(&ty));
        match &self.resolve.types[id].kind {
            TypeDefKind::Record(record) => {
                let names = record.fields.iter().map(|field| camel(&field.name));
                let offsets = self.offsets(record.fields.iter().map(|field| &field.ty));
                block(&says, name, &names.zip(offsets).chain([size]).collect::<Vec<_>>())
            }
            TypeDefKind::Tuple(tuple) => {
                let names = ["first", "second", "third"].map(str::to_owned).into_iter();
                assert!(tuple.types.len() <= names.len());
                let offsets = self.offsets(tuple.types.iter());
                block(&says, name, &names.zip(offsets).chain([size]).collect::<Vec<_>>())
            }
            TypeDefKind::Variant(variant) => {
                let payload = ("PAYLOAD".to_owned(), self.payload(&ty).unwrap());
                let cases: Vec<_> = variant.cases.iter().map(|case| case.name.as_str()).collect();
                block(&says, name, &[payload, size]) + &cases_of(&says, &format!("{name}Case"), &cases)
            }
            TypeDefKind::Option(_) => {
                let payload = ("PAYLOAD".to_owned(), self.payload(&ty).unwrap());
                block(&says, name, &[payload, size])
            }
            TypeDefKind::Enum(cases) => {
                let cases: Vec<_> = cases.cases.iter().map(|case| case.name.as_str()).collect();
                cases_of(&says, name, &cases)
            }
            _ => String::new(),
        }
    }

    fn offsets<'a>(&self, types: impl Iterator<Item = &'a Type>) -> Vec<usize> {
        let offsets = self.sizes.field_offsets(types);
        offsets.iter().map(|(offset, _)| offset.size_wasm32()).collect()
    }

    fn size(&self, ty: &Type) -> usize {
        self.sizes.size(ty).size_wasm32()
    }

    /// `HttpResponse` for the type `response` of `http`; `OptionOfValue` for one that has no name.
    fn name(&self, ty: &Type) -> String {
        pascal(
            &self
                .shown(ty)
                .replace("types.", "")
                .replace(['<', '.', ',', ' ', '>'], "-"),
        )
    }

    /// A type as it is written, with its interface.
    fn shown(&self, ty: &Type) -> String {
        let Type::Id(id) = ty else {
            return format!("{ty:?}").to_lowercase();
        };
        let definition = &self.resolve.types[*id];
        if let TypeDefKind::Type(ty) = &definition.kind {
            return self.shown(ty);
        }
        if let (Some(name), TypeOwner::Interface(interface)) = (&definition.name, definition.owner) {
            return format!("{}.{name}", self.resolve.interfaces[interface].name.as_deref().unwrap());
        }
        let list =
            |types: &mut dyn Iterator<Item = &Type>| types.map(|ty| self.shown(ty)).collect::<Vec<_>>().join(", ");
        match &definition.kind {
            TypeDefKind::Option(ty) => format!("option<{}>", self.shown(ty)),
            TypeDefKind::List(ty) => format!("list<{}>", self.shown(ty)),
            TypeDefKind::Tuple(tuple) => format!("tuple<{}>", list(&mut tuple.types.iter())),
            TypeDefKind::Result(result) => format!("result<{}>", list(&mut result.ok.iter().chain(&result.err))),
            other => panic!("types of the kind {other:?} are not known here"),
        }
    }
}

fn word(ty: WasmType) -> &'static str {
    match ty {
        WasmType::I32 | WasmType::Length => "i32",
        WasmType::I64 | WasmType::PointerOrI64 => "i64",
        WasmType::F32 => "f32",
        WasmType::F64 => "f64",
        WasmType::Pointer => "usize",
    }
}

/// Lines of parameters.
fn wrapped(parameters: &[String]) -> String {
    let mut out = String::new();
    let mut line = String::from(" ");
    for (at, parameter) in parameters.iter().enumerate() {
        let comma = if at + 1 < parameters.len() { "," } else { "" };
        if line.len() + parameter.len() + 2 > WIDTH {
            out += &format!("{line}\n");
            line = String::from(" ");
        }
        line += &format!(" {parameter}{comma}");
    }
    out + &line + "\n"
}

/// Constants under a name.
fn block(says: &str, name: &str, constants: &[(String, usize)]) -> String {
    let mut out = format!("\n/** {says} */\nexport namespace {name} {{\n");
    for (name, value) in constants {
        let _ = writeln!(
            out,
            "  // @ts-ignore: decorator\n  @inline export const {name}: usize = {value};"
        );
    }
    out + "}\n"
}

/// The cases of a variant or an enum, in their order.
fn cases_of(says: &str, name: &str, cases: &[&str]) -> String {
    let cases: Vec<_> = cases.iter().map(|case| pascal(case)).collect();
    format!(
        "\n/** The cases of {says} */\nexport const enum {name} {{ {} }}\n",
        cases.join(", ")
    )
}

fn pascal(name: &str) -> String {
    let parts = name.split('-').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (first, rest) = part.split_at(1);
            first.to_uppercase() + rest
        })
        .collect()
}

fn camel(name: &str) -> String {
    let pascal = pascal(name);
    let (first, rest) = pascal.split_at(1);
    first.to_lowercase() + rest
}

#[test]
fn imports_are_fresh() {
    crate::is_fresh("assemblyscript/assembly/imports.ts", &Generator::new().declarations());
}

#[test]
fn layout_is_fresh() {
    crate::is_fresh("assemblyscript/assembly/layout.ts", &Generator::new().layout());
}

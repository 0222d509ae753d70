//! What types mean: through the interfaces and aliases of all texts of a section.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Class, ClassElement, Declaration, ExportDefaultDeclarationKind, Expression, PropertyKey, Statement,
    TSAccessibility, TSImportTypeQualifier, TSIndexedAccessType, TSInterfaceDeclaration, TSInterfaceHeritage,
    TSLiteral, TSMappedType, TSPropertySignature, TSSignature, TSTupleElement, TSType, TSTypeAliasDeclaration,
    TSTypeName, TSTypeOperatorOperator, TSTypeParameter, TSTypeParameterDeclaration, TSTypeParameterInstantiation,
    UnaryOperator,
};
use oxc_parser::Parser;
use oxc_span::SourceType;
use serde_json::{Number, Value, json};

use super::{
    jsdoc::{Tagged, TypeDefinition},
    lexis::LEXIS,
    parse::Parsed,
    schema::{Field, Object, Schema},
    surface::{Found, Surfaces},
};
use crate::{limits, nesting};

/// What a name stands for as a type.
#[derive(Clone, Copy)]
enum Declared<'a> {
    Interface(&'a TSInterfaceDeclaration<'a>),
    Alias(&'a TSTypeAliasDeclaration<'a>),
    Class(&'a Class<'a>),
    /// `@typedef`
    Comment(&'a TypeDefinition<'a>),
}

/// The types of all texts of a section.
pub(super) struct Types<'a> {
    allocator: &'a Allocator,
    surfaces: &'a Surfaces<'a>,
    /// For each text. An interface may be declared in parts.
    declared: Vec<HashMap<&'a str, Vec<Declared<'a>>>>,
    /// Parts of schemas that may still be made.
    left: Cell<usize>,
    /// Types around the one that is looked at.
    depth: Cell<usize>,
    /// The names that are being looked through: a type may name itself.
    open: RefCell<Vec<(usize, &'a str)>>,
}

/// Where a type stands: its text, and what the parameters of generic types are there.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'a> {
    pub(super) text: usize,
    pub(super) bound: &'s [(&'a str, Schema)],
}

impl<'a> Types<'a> {
    pub(super) fn of(allocator: &'a Allocator, texts: &'a [Parsed<'a>], surfaces: &'a Surfaces<'a>) -> Self {
        Self {
            allocator,
            surfaces,
            declared: texts.iter().map(declared).collect(),
            left: Cell::new(limits::SCHEMAS),
            depth: Cell::new(0),
            open: RefCell::default(),
        }
    }

    /// Whether there were more parts of types than are looked at.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The types of a text, in a function with such type parameters.
    pub(super) fn parameters(
        &self,
        text: usize,
        generics: Option<&'a TSTypeParameterDeclaration<'a>>,
    ) -> Vec<(&'a str, Schema)> {
        let scope = Scope { text, bound: &[] };
        let bind = |parameter: &'a TSTypeParameter<'a>| {
            let constraint = parameter.constraint.as_ref();
            let schema = constraint.map_or(Schema::Anything, |ty| self.resolve(scope, ty));
            (parameter.name.name.as_str(), schema)
        };
        generics
            .iter()
            .flat_map(|generics| &generics.params)
            .map(bind)
            .collect()
    }

    /// What a type lets through.
    pub(super) fn schema(&self, scope: Scope<'_, 'a>, ty: &'a TSType<'a>) -> Schema {
        self.resolve(scope, ty)
    }

    /// What a type lets through that a comment says; anything where it says none that can be read.
    pub(super) fn of_comment(&self, scope: Scope<'_, 'a>, ty: &str) -> Schema {
        match read(self.allocator, ty) {
            Some((ty, true)) => Schema::union([self.resolve(scope, ty), Schema::Undefined]),
            Some((ty, false)) => self.resolve(scope, ty),
            None => Schema::Anything,
        }
    }

    /// Counts parts; whether there may be so many more.
    fn spend(&self, parts: usize) -> bool {
        let left = self.left.get();
        self.left.set(left.saturating_sub(parts));
        left > parts
    }

    fn resolve(&self, scope: Scope<'_, 'a>, ty: &'a TSType<'a>) -> Schema {
        let depth = self.depth.get();
        if depth >= limits::NESTING {
            self.left.set(0);
        }
        if !self.spend(1) {
            return Schema::Anything;
        }
        self.depth.set(depth + 1);
        let schema = self.resolve_within(scope, ty);
        self.depth.set(depth);
        schema
    }

    fn resolve_within(&self, scope: Scope<'_, 'a>, ty: &'a TSType<'a>) -> Schema {
        match ty {
            TSType::TSStringKeyword(_) | TSType::TSTemplateLiteralType(_) => Schema::String,
            TSType::TSNumberKeyword(_) => Schema::Number,
            TSType::TSBooleanKeyword(_) => Schema::Boolean,
            TSType::TSBigIntKeyword(_) => Schema::BigInt,
            TSType::TSNullKeyword(_) => Schema::Null,
            TSType::TSUndefinedKeyword(_) | TSType::TSVoidKeyword(_) => Schema::Undefined,
            TSType::TSNeverKeyword(_) => Schema::Union(Vec::new()),
            TSType::TSObjectKeyword(_) => Schema::union([record(Schema::Anything), array(Schema::Anything)]),
            TSType::TSSymbolKeyword(_) => Schema::Unfit("symbol"),
            TSType::TSFunctionType(_) | TSType::TSConstructorType(_) => Schema::Unfit("function"),
            TSType::TSLiteralType(it) => literal(&it.literal),
            TSType::TSArrayType(it) => array(self.resolve(scope, &it.element_type)),
            TSType::TSTupleType(it) => self.tuple(scope, &it.element_types),
            TSType::TSParenthesizedType(it) => self.resolve(scope, &it.type_annotation),
            TSType::JSDocNonNullableType(it) => self.resolve(scope, &it.type_annotation),
            TSType::JSDocNullableType(it) => Schema::union([self.resolve(scope, &it.type_annotation), Schema::Null]),
            TSType::TSUnionType(it) => Schema::union(it.types.iter().map(|ty| self.resolve(scope, ty))),
            TSType::TSIntersectionType(it) => intersection(it.types.iter().map(|ty| self.resolve(scope, ty))),
            TSType::TSTypeLiteral(it) => self.members(scope, &it.members),
            TSType::TSMappedType(it) => self.mapped(scope, it),
            TSType::TSTypeReference(it) => self.reference(scope, &it.type_name, it.type_arguments.as_deref()),
            TSType::TSIndexedAccessType(it) => self.indexed(scope, it),
            TSType::TSImportType(it) => match (&it.qualifier, self.surfaces.text(it.source.value.as_str())) {
                (Some(TSImportTypeQualifier::Identifier(name)), Some(text)) => {
                    let found = self.surfaces.exported(text, name.name.as_str());
                    self.found(scope, found, it.type_arguments.as_deref())
                        .unwrap_or(Schema::Anything)
                }
                _ => Schema::Anything,
            },
            TSType::TSTypeOperatorType(it) => match it.operator {
                TSTypeOperatorOperator::Readonly => self.resolve(scope, &it.type_annotation),
                TSTypeOperatorOperator::Keyof => keys(&self.resolve(scope, &it.type_annotation)),
                TSTypeOperatorOperator::Unique => Schema::Unfit("symbol"),
            },
            TSType::TSAnyKeyword(_)
            | TSType::TSUnknownKeyword(_)
            | TSType::TSIntrinsicKeyword(_)
            | TSType::TSThisType(_)
            | TSType::TSConditionalType(_)
            | TSType::TSInferType(_)
            | TSType::TSNamedTupleMember(_)
            | TSType::TSTypePredicate(_)
            | TSType::TSTypeQuery(_)
            | TSType::JSDocUnknownType(_) => Schema::Anything,
        }
    }

    /// A tuple; with optional or further elements, only what each may be.
    fn tuple(&self, scope: Scope<'_, 'a>, elements: &'a [TSTupleElement<'a>]) -> Schema {
        let mut is_fixed = true;
        let mut schemas = Vec::new();
        for element in elements {
            let (schema, is_one) = self.element(scope, element);
            is_fixed &= is_one;
            schemas.push(schema);
        }
        match is_fixed {
            true => Schema::Tuple(schemas),
            false => array(Schema::union(schemas)),
        }
    }

    /// What an element of a tuple may be, and whether there is exactly one of it.
    fn element(&self, scope: Scope<'_, 'a>, element: &'a TSTupleElement<'a>) -> (Schema, bool) {
        match element {
            TSTupleElement::TSOptionalType(it) => (self.resolve(scope, &it.type_annotation), false),
            TSTupleElement::TSRestType(it) => match self.resolve(scope, &it.type_annotation) {
                Schema::Array(of) => (*of, false),
                _ => (Schema::Anything, false),
            },
            TSTupleElement::TSNamedTupleMember(it) => {
                let (schema, is_one) = self.element(scope, &it.element_type);
                (schema, is_one && !it.optional)
            }
            other => match other.as_ts_type() {
                Some(ty) => (self.resolve(scope, ty), true),
                None => (Schema::Anything, false),
            },
        }
    }

    fn members(&self, scope: Scope<'_, 'a>, members: &'a [TSSignature<'a>]) -> Schema {
        let mut object = Object::default();
        for member in members {
            match member {
                TSSignature::TSPropertySignature(it) => object.extend(self.property(scope, it)),
                TSSignature::TSIndexSignature(it) => {
                    object.rest = Some(Box::new(self.resolve(scope, &it.type_annotation.type_annotation)));
                }
                TSSignature::TSCallSignatureDeclaration(_) | TSSignature::TSConstructSignatureDeclaration(_) => {
                    return Schema::Unfit("function");
                }
                // No argument has it, and none is refused for it.
                TSSignature::TSMethodSignature(_) => {}
            }
        }
        Schema::Object(object)
    }

    fn property(&self, scope: Scope<'_, 'a>, property: &'a TSPropertySignature<'a>) -> Option<Field> {
        let annotation = property.type_annotation.as_ref();
        let schema = annotation.map_or(Schema::Anything, |ty| self.resolve(scope, &ty.type_annotation));
        field(&property.key, schema, property.optional)
    }

    fn mapped(&self, scope: Scope<'_, 'a>, mapped: &'a TSMappedType<'a>) -> Schema {
        let keys = self.resolve(scope, &mapped.constraint);
        let mut bound = scope.bound.to_vec();
        bound.push((mapped.key.name.as_str(), Schema::Anything));
        let scope = Scope { bound: &bound, ..scope };
        let annotation = mapped.type_annotation.as_ref();
        let value = annotation.map_or(Schema::Anything, |ty| self.resolve(scope, ty));
        self.record(&keys, value, mapped.optional.is_some())
    }

    /// An object with such keys and values.
    fn record(&self, keys: &Schema, value: Schema, is_optional: bool) -> Schema {
        let names: Option<Vec<&str>> = keys.members().iter().map(literal_name).collect();
        let Some(names) = names else { return record(value) };
        if !self.spend(names.len().saturating_mul(value.size())) {
            return Schema::Anything;
        }
        let mut object = Object::default();
        object.extend(names.into_iter().map(|name| Field {
            name: name.to_owned(),
            schema: value.clone(),
            is_optional,
        }));
        Schema::Object(object)
    }

    fn indexed(&self, scope: Scope<'_, 'a>, indexed: &'a TSIndexedAccessType<'a>) -> Schema {
        let object = self.resolve(scope, &indexed.object_type);
        let index = self.resolve(scope, &indexed.index_type);
        match (&object, &index) {
            (Schema::Array(of), Schema::Number | Schema::Literal(_)) => (**of).clone(),
            (Schema::Tuple(of), Schema::Number) => Schema::union(of.iter().cloned()),
            (Schema::Object(object), _) => {
                let field = |key: &Schema| {
                    let field = object.field(literal_name(key)?)?;
                    let missing = field.is_optional.then_some(Schema::Undefined);
                    Some(Schema::union([field.schema.clone()].into_iter().chain(missing)))
                };
                let fields: Option<Vec<Schema>> = index.members().iter().map(field).collect();
                fields.map_or(Schema::Anything, Schema::union)
            }
            _ => Schema::Anything,
        }
    }

    fn reference(
        &self,
        scope: Scope<'_, 'a>,
        name: &'a TSTypeName<'a>,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Schema {
        match name {
            TSTypeName::IdentifierReference(name) => self.named(scope, name.name.as_str(), arguments),
            TSTypeName::QualifiedName(it) => {
                let TSTypeName::IdentifierReference(module) = &it.left else {
                    return Schema::Anything;
                };
                let name = it.right.name.as_str();
                let schema = match self.surfaces.local(scope.text, module.name.as_str()) {
                    // All of a text.
                    Found::Value(text, "") => self.found(scope, self.surfaces.exported(text, name), arguments),
                    Found::Sdk("") => self.builtin(scope, name, arguments),
                    _ => None,
                };
                schema.unwrap_or(Schema::Anything)
            }
            TSTypeName::ThisExpression(_) => Schema::Anything,
        }
    }

    fn named(
        &self,
        scope: Scope<'_, 'a>,
        name: &'a str,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Schema {
        if let Some((_, schema)) = scope.bound.iter().rev().find(|(bound, _)| *bound == name) {
            return if self.spend(schema.size()) {
                schema.clone()
            } else {
                Schema::Anything
            };
        }
        let found = self.surfaces.local(scope.text, name);
        if let Some(schema) = self.found(scope, found, arguments) {
            return schema;
        }
        if self.has(scope.text, name) {
            return self.declared(scope, scope.text, name, arguments);
        }
        let own = match found {
            Found::Sdk(name) => name,
            _ => name,
        };
        if let Some(schema) = self.builtin(scope, own, arguments) {
            return schema;
        }
        match self.surfaces.type_elsewhere(name) {
            Some(text) => self.declared(scope, text, name, arguments),
            None => Schema::Anything,
        }
    }

    fn has(&self, text: usize, name: &str) -> bool {
        self.declared
            .get(text)
            .is_some_and(|declared| declared.contains_key(name))
    }

    /// The type that a name of a text leads to.
    fn found(
        &self,
        scope: Scope<'_, 'a>,
        found: Found<'a>,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Option<Schema> {
        let (Found::Value(text, name) | Found::Type(text, name)) = found else {
            return None;
        };
        Some(self.declared(scope, text, name, arguments))
    }

    /// What a text declares by a name, with type arguments from elsewhere.
    fn declared(
        &self,
        scope: Scope<'_, 'a>,
        text: usize,
        name: &'a str,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Schema {
        let parts = self.declared.get(text).and_then(|declared| declared.get(name));
        let Some(parts) = parts else { return Schema::Anything };
        let is_open = self.open.borrow().contains(&(text, name));
        if is_open {
            return Schema::Anything;
        }
        let bound = self.bind(scope, parts, arguments);
        self.open.borrow_mut().push((text, name));
        let scope = Scope { text, bound: &bound };
        let schemas: Vec<Schema> = parts.iter().map(|part| self.part(scope, *part)).collect();
        self.open.borrow_mut().pop();
        intersection(schemas)
    }

    /// What the parameters of a generic type are.
    fn bind(
        &self,
        scope: Scope<'_, 'a>,
        parts: &[Declared<'a>],
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Vec<(&'a str, Schema)> {
        let parameters = parts.iter().find_map(|part| part.parameters());
        let parameters = parameters.map_or(&[][..], |parameters| parameters.params.as_slice());
        let given = |at: usize| arguments.and_then(|arguments| arguments.params.get(at));
        let bind = |(at, parameter): (usize, &'a TSTypeParameter<'a>)| {
            let ty = given(at).or(parameter.default.as_ref());
            let schema = ty.map_or(Schema::Anything, |ty| self.resolve(scope, ty));
            (parameter.name.name.as_str(), schema)
        };
        parameters.iter().enumerate().map(bind).collect()
    }

    fn part(&self, scope: Scope<'_, 'a>, part: Declared<'a>) -> Schema {
        match part {
            Declared::Alias(it) => self.resolve(scope, &it.type_annotation),
            Declared::Class(it) => self.class(scope, it),
            Declared::Comment(it) => self.comment(scope, it),
            Declared::Interface(it) => {
                let base = |heritage: &'a TSInterfaceHeritage<'a>| {
                    self.reference(scope, &heritage.type_name, heritage.type_arguments.as_deref())
                };
                let own = self.members(scope, &it.body.body);
                intersection(it.extends.iter().map(base).chain([own]))
            }
        }
    }

    /// The public fields of a class.
    fn class(&self, scope: Scope<'_, 'a>, class: &'a Class<'a>) -> Schema {
        let mut object = Object::default();
        for element in &class.body.body {
            let ClassElement::PropertyDefinition(it) = element else {
                continue;
            };
            let is_private = matches!(it.key, PropertyKey::PrivateIdentifier(_))
                || it.accessibility.is_some_and(|it| it != TSAccessibility::Public);
            if it.r#static || is_private {
                continue;
            }
            let annotation = it.type_annotation.as_ref();
            let schema = annotation.map_or(Schema::Anything, |ty| self.resolve(scope, &ty.type_annotation));
            object.extend(field(&it.key, schema, it.optional || it.value.is_some()));
        }
        Schema::Object(object)
    }

    fn comment(&self, scope: Scope<'_, 'a>, definition: &'a TypeDefinition<'a>) -> Schema {
        if definition.properties.is_empty() {
            return definition
                .tagged
                .ty
                .map_or(Schema::Anything, |ty| self.of_comment(scope, ty));
        }
        let mut object = Object::default();
        object.extend(
            definition
                .properties
                .iter()
                .map(|property| self.tagged(scope, property)),
        );
        Schema::Object(object)
    }

    fn tagged(&self, scope: Scope<'_, 'a>, property: &'a Tagged<'a>) -> Field {
        Field {
            name: property.name.to_owned(),
            schema: property.ty.map_or(Schema::Anything, |ty| self.of_comment(scope, ty)),
            is_optional: property.is_optional,
        }
        .normal()
    }

    /// What everybody knows without declaring it.
    fn builtin(
        &self,
        scope: Scope<'_, 'a>,
        name: &str,
        arguments: Option<&'a TSTypeParameterInstantiation<'a>>,
    ) -> Option<Schema> {
        let argument = |at: usize| {
            let ty = arguments.and_then(|arguments| arguments.params.get(at));
            ty.map_or(Schema::Anything, |ty| self.resolve(scope, ty))
        };
        Some(match name {
            "Request" => Schema::Request,
            "Uint8Array" | "ArrayBuffer" | "ArrayBufferLike" => Schema::Bytes,
            "Array" | "ReadonlyArray" => array(argument(0)),
            "Record" => self.record(&argument(0), argument(1), false),
            "Readonly" | "Awaited" => argument(0),
            "NonNullable" => argument(0).something(),
            "Partial" => with_fields(argument(0), &|field| field.is_optional = true),
            "Required" => with_fields(argument(0), &|field| {
                field.is_optional = false;
                field.schema = std::mem::replace(&mut field.schema, Schema::Anything).something();
            }),
            "Pick" => with_keys(argument(0), &argument(1), true),
            "Omit" => with_keys(argument(0), &argument(1), false),
            "Extract" => with_members(argument(0), &argument(1), true),
            "Exclude" => with_members(argument(0), &argument(1), false),
            "String" => Schema::String,
            "Number" => Schema::Number,
            "Boolean" => Schema::Boolean,
            // As comments of JSDoc write it.
            "Object" if arguments.is_some_and(|arguments| arguments.params.len() == 2) => record(argument(1)),
            "Object" => Schema::Anything,
            "Date" => Schema::Unfit("Date"),
            "Map" | "ReadonlyMap" | "WeakMap" => Schema::Unfit("Map"),
            "Set" | "ReadonlySet" | "WeakSet" => Schema::Unfit("Set"),
            "RegExp" => Schema::Unfit("RegExp"),
            "Promise" | "PromiseLike" => Schema::Unfit("Promise"),
            "Function" => Schema::Unfit("function"),
            "Symbol" => Schema::Unfit("symbol"),
            _ => return None,
        })
    }
}

impl<'a> Declared<'a> {
    fn parameters(self) -> Option<&'a TSTypeParameterDeclaration<'a>> {
        match self {
            Self::Interface(it) => it.type_parameters.as_deref(),
            Self::Alias(it) => it.type_parameters.as_deref(),
            Self::Class(it) => it.type_parameters.as_deref(),
            Self::Comment(_) => None,
        }
    }
}

impl Extend<Field> for Object {
    fn extend<T: IntoIterator<Item = Field>>(&mut self, fields: T) {
        fields.into_iter().for_each(|field| self.put(field));
    }
}

impl Field {
    /// What may be undefined may be left out.
    fn normal(mut self) -> Self {
        if self.schema.takes(&Schema::Undefined) {
            self.is_optional = true;
            let is_null = self.schema.takes(&Schema::Null);
            let something = self.schema.something();
            self.schema = match something {
                Schema::Undefined => Schema::Null,
                something if is_null => Schema::union([something, Schema::Null]),
                something => something,
            };
        }
        self
    }
}

fn array(of: Schema) -> Schema {
    Schema::Array(Box::new(of))
}

fn record(of: Schema) -> Schema {
    Schema::Object(Object {
        fields: Vec::new(),
        rest: Some(Box::new(of)),
    })
}

fn field(key: &PropertyKey, schema: Schema, is_optional: bool) -> Option<Field> {
    let name = key.static_name()?.into_owned();
    let field = Field {
        name,
        schema,
        is_optional,
    };
    Some(field.normal())
}

fn literal_name(schema: &Schema) -> Option<&str> {
    match schema {
        Schema::Literal(Value::String(name)) => Some(name),
        _ => None,
    }
}

fn literal(literal: &TSLiteral) -> Schema {
    match literal {
        TSLiteral::BooleanLiteral(it) => Schema::Literal(json!(it.value)),
        TSLiteral::StringLiteral(it) => Schema::Literal(json!(it.value.as_str())),
        TSLiteral::NumericLiteral(it) => number(it.value),
        TSLiteral::BigIntLiteral(_) => Schema::BigInt,
        TSLiteral::TemplateLiteral(_) => Schema::String,
        TSLiteral::UnaryExpression(it) => match (&it.argument, it.operator) {
            (Expression::NumericLiteral(value), UnaryOperator::UnaryNegation) => number(-value.value),
            (Expression::BigIntLiteral(_), _) => Schema::BigInt,
            _ => Schema::Number,
        },
    }
}

fn number(value: f64) -> Schema {
    json_number(value).map_or(Schema::Number, Schema::Literal)
}

/// A number as JSON has it: whole where it is.
pub(super) fn json_number(value: f64) -> Option<Value> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    if value.fract() == 0.0 && value.abs() <= SAFE {
        return Some(Value::from(value as i64));
    }
    Number::from_f64(value).map(Value::Number)
}

/// What all of these let through.
fn intersection(schemas: impl IntoIterator<Item = Schema>) -> Schema {
    let mut whole: Option<Schema> = None;
    for schema in schemas {
        whole = match (whole, schema) {
            (None | Some(Schema::Anything), schema) => Some(schema),
            (known, Schema::Anything) => known,
            (Some(Schema::Object(mut known)), Schema::Object(object)) => {
                known.extend(object.fields);
                known.rest = object.rest.or(known.rest);
                Some(Schema::Object(known))
            }
            // `string & { brand: … }`: objects with nothing in common with a value say what it is called.
            (Some(Schema::Object(_)), schema) => Some(schema),
            (known, _) => known,
        };
    }
    whole.unwrap_or(Schema::Anything)
}

fn keys(schema: &Schema) -> Schema {
    match schema {
        Schema::Object(object) if object.rest.is_none() => {
            let names = object.fields.iter().map(|field| Schema::Literal(json!(field.name)));
            Schema::union(names)
        }
        Schema::Object(_) => Schema::String,
        _ => Schema::Anything,
    }
}

fn with_fields(schema: Schema, change: &dyn Fn(&mut Field)) -> Schema {
    match schema {
        Schema::Object(mut object) => {
            object.fields.iter_mut().for_each(change);
            Schema::Object(object)
        }
        Schema::Union(members) => Schema::union(members.into_iter().map(|member| with_fields(member, change))),
        other => other,
    }
}

/// An object with those of its properties alone that the keys name, or do not name.
fn with_keys(schema: Schema, keys: &Schema, wanted: bool) -> Schema {
    let names: Option<Vec<&str>> = keys.members().iter().map(literal_name).collect();
    match (schema, names) {
        (Schema::Object(mut object), Some(names)) => {
            object
                .fields
                .retain(|field| names.contains(&field.name.as_str()) == wanted);
            Schema::Object(object)
        }
        _ => Schema::Anything,
    }
}

/// A union with those of its members alone that the other has, or does not have.
fn with_members(schema: Schema, other: &Schema, wanted: bool) -> Schema {
    if *other == Schema::Anything || schema == Schema::Anything {
        return Schema::Anything;
    }
    let is_in = |member: &Schema| {
        let has = |schema: &Schema| other.takes(schema);
        has(member) || (matches!(member, Schema::Literal(Value::String(_))) && has(&Schema::String))
    };
    let members = schema.members().iter().filter(|member| is_in(member) == wanted);
    Schema::union(members.cloned())
}

/// The types that a text declares.
fn declared<'a>(text: &'a Parsed<'a>) -> HashMap<&'a str, Vec<Declared<'a>>> {
    let mut all: HashMap<&str, Vec<Declared>> = HashMap::new();
    let mut note = |name: &'a str, declared| all.entry(name).or_default().push(declared);
    for statement in &text.program.body {
        let declaration = match statement {
            Statement::ExportDeclaration(it) => Some(&it.declaration),
            Statement::ExportDefaultDeclaration(it) => {
                match &it.declaration {
                    ExportDefaultDeclarationKind::TSInterfaceDeclaration(it) => {
                        note("default", Declared::Interface(it));
                        note(it.id.name.as_str(), Declared::Interface(it));
                    }
                    ExportDefaultDeclarationKind::ClassDeclaration(it) => note("default", Declared::Class(it)),
                    _ => {}
                }
                None
            }
            other => other.as_declaration(),
        };
        match declaration {
            Some(Declaration::TSInterfaceDeclaration(it)) => note(it.id.name.as_str(), Declared::Interface(it)),
            Some(Declaration::TSTypeAliasDeclaration(it)) => note(it.id.name.as_str(), Declared::Alias(it)),
            Some(Declaration::ClassDeclaration(it)) => {
                it.id.iter().for_each(|id| note(id.name.as_str(), Declared::Class(it)));
            }
            _ => {}
        }
    }
    for definition in &text.definitions {
        note(definition.tagged.name, Declared::Comment(definition));
    }
    all
}

/// A type that a comment says, and whether it ends in `=`: what is meant by it may be left out.
fn read<'a>(allocator: &'a Allocator, ty: &str) -> Option<(&'a TSType<'a>, bool)> {
    // A type that goes on over lines has the comment's marks in it.
    let lines = ty.lines().map(|line| line.trim().trim_start_matches('*'));
    let whole = lines.collect::<Vec<_>>().join(" ").trim().replace(".<", "<");
    let (whole, is_optional) = match whole.strip_suffix('=') {
        Some(rest) => (rest, true),
        None => (whole.as_str(), false),
    };
    let code = format!("type T = {};", if whole == "*" { "any" } else { whole });
    if code.len() > limits::TYPE || !nesting::fits(&code, &LEXIS) {
        return None;
    }
    let returned = Parser::new(allocator, allocator.alloc_str(&code), SourceType::ts()).parse();
    if returned.diagnostics.has_errors() {
        return None;
    }
    match allocator.alloc(returned.program).body.as_slice() {
        [Statement::TSTypeAliasDeclaration(alias)] => Some((&alias.type_annotation, is_optional)),
        _ => None,
    }
}

//! Values into types of the caller's own.

use std::{fmt, io};

use serde::{
    Deserialize,
    de::{
        DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess,
        SeqAccess, VariantAccess, Visitor, value::StrDeserializer,
    },
};

use crate::{
    config::{Config, Failure, find},
    diagnostic::Diagnostic,
    environment::Environment,
    load::load,
    options::Options,
    span::Span,
    value::{Node, Object, Value},
};

/// Reads a text that needs nothing of the world, into a type. It sees no files and no variables: naming one is an error, unless
/// it has a default.
///
/// Fails where the text is wrong, and where its values do not fit the type; the diagnostic points at the value.
pub fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    let config = load("<text>", text, &Nothing, Options::default())?;
    T::deserialize(Fields(&config.root, None)).map_err(|error| Failure {
        diagnostics: vec![error.0],
        sources: config.sources.clone(),
        files: Vec::new(),
    })
}

impl Config {
    /// The value at a path, as a type of the caller's; the root where the path is empty. Secrets come as their text.
    pub fn section<'de, T: Deserialize<'de>>(&'de self, path: &str) -> Result<T, Diagnostic> {
        let result = match (path, find(&self.root, path)) {
            ("", _) => T::deserialize(Fields(&self.root, None)),
            (_, Some(node)) => T::deserialize(node),
            _ => {
                let near = crate::suggest(path, self.root.keys().map(String::as_str));
                return Err(
                    Diagnostic::error("unknown-key", format!("there is no `{path}`")).help(match near {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("add `[{path}]`"),
                    }),
                );
            }
        };
        result.map_err(|error| error.0)
    }
}

struct Nothing;

impl Environment for Nothing {
    fn read(&self, _path: &str) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn var(&self, _name: &str) -> Option<String> {
        None
    }

    fn now(&self) -> jiff::Zoned {
        jiff::Zoned::now()
    }
}

#[derive(Debug)]
pub struct Error(Diagnostic);

impl Error {
    /// The innermost place is the right one.
    fn at(mut self, span: Option<Span>) -> Self {
        self.0.span = self.0.span.or(span);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

impl serde::de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(
            Diagnostic::error("value-type", message.to_string())
                .help("give the key a value of the type that is wanted"),
        )
    }
}

impl<'de> Deserializer<'de> for &'de Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let result = match &self.value {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => visitor.visit_i64(*value),
            Value::Float(value) => visitor.visit_f64(*value),
            Value::String(text) | Value::Wasm(text) => visitor.visit_borrowed_str(text),
            // A type's own message would quote the text.
            Value::Secret(text) => visitor
                .visit_borrowed_str(text.reveal())
                .map_err(|_: Error| Error::custom("the secret has not the form that is wanted")),
            Value::Source(source) => visitor.visit_borrowed_str(&source.text),
            Value::Array(items) => visitor.visit_seq(Items(items.iter())),
            Value::Object(object) => visitor.visit_map(Members {
                rest: object.iter(),
                value: None,
            }),
            Value::Deferred(deferred) => Err(Error::custom(format!("`@{}` has no value yet", deferred.operator))),
        };
        result.map_err(|error| error.at(Some(self.span)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.value {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match &self.value {
            Value::String(text) => visitor.visit_enum(text.as_str().into_deserializer()),
            Value::Object(object) if object.len() == 1 => match object.first() {
                Some((name, node)) => visitor.visit_enum(Variant { name, node }),
                None => Err(Error::custom("the object is empty")),
            },
            _ => Err(Error::custom("a name, or an object with one key, is wanted")),
        };
        result.map_err(|error| error.at(Some(self.span)))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

/// An object that no key names, such as the root.
struct Fields<'de>(&'de Object, Option<Span>);

impl<'de> Deserializer<'de> for Fields<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let members = Members {
            rest: self.0.iter(),
            value: None,
        };
        visitor.visit_map(members).map_err(|error| error.at(self.1))
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Items<'de>(std::slice::Iter<'de, Node>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }
}

struct Members<'de> {
    rest: indexmap::map::Iter<'de, String, Node>,
    value: Option<&'de Node>,
}

impl<'de> MapAccess<'de> for Members<'de> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((key, node)) = self.rest.next() else {
            return Ok(None);
        };
        self.value = Some(node);
        let key: StrDeserializer<'_, Error> = key.as_str().into_deserializer();
        // An unknown field is the key's fault.
        seed.deserialize(key)
            .map(Some)
            .map_err(|error| error.at(Some(node.key_span)))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let node = self
            .value
            .take()
            .ok_or_else(|| Error::custom("a value was asked for before its key"))?;
        seed.deserialize(node).map_err(|error| error.at(Some(node.span)))
    }
}

struct Variant<'de> {
    name: &'de str,
    node: &'de Node,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Error;
    type Variant = Content<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Content<'de>), Error> {
        let name: StrDeserializer<'_, Error> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, Content(self.node)))
    }
}

struct Content<'de>(&'de Node);

impl<'de> VariantAccess<'de> for Content<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        seed.deserialize(self.0)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        self.0.deserialize_any(visitor)
    }
}

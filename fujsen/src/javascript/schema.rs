//! What a type lets through, as the SDK checks it.

use serde_json::{Value, json};

use crate::Kind;

/// A type, as far as JSON has it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Schema {
    Anything,
    Undefined,
    Null,
    String,
    Number,
    Boolean,
    BigInt,
    Bytes,
    /// The HTTP request: only as a whole parameter.
    Request,
    /// What no argument can be, such as a function.
    Unfit(&'static str),
    Literal(Value),
    Array(Box<Schema>),
    Tuple(Vec<Schema>),
    Object(Object),
    Union(Vec<Schema>),
}

/// The properties of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Object {
    pub(super) fields: Vec<Field>,
    /// What further properties must be; they are kept in any case.
    pub(super) rest: Option<Box<Schema>>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) schema: Schema,
    pub(super) is_optional: bool,
}

impl Object {
    /// A property takes the place of one of the same name.
    pub(super) fn put(&mut self, field: Field) {
        match self.fields.iter_mut().find(|known| known.name == field.name) {
            Some(known) => *known = field,
            None => self.fields.push(field),
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

impl Schema {
    /// One of these, each once.
    pub(super) fn union(members: impl IntoIterator<Item = Self>) -> Self {
        let mut flat: Vec<Self> = Vec::new();
        for member in members {
            let inner = match member {
                Self::Union(inner) => inner,
                other => vec![other],
            };
            for member in inner {
                if !flat.contains(&member) {
                    flat.push(member);
                }
            }
        }
        if flat.contains(&Self::Anything) {
            return Self::Anything;
        }
        drop_covered(&mut flat);
        match flat.len() {
            1 => flat.pop().unwrap_or(Self::Anything),
            _ => Self::Union(flat),
        }
    }

    /// The members of a union, or the type itself.
    pub(super) fn members(&self) -> &[Self] {
        match self {
            Self::Union(members) => members,
            other => std::slice::from_ref(other),
        }
    }

    /// Whether nothing may be given: as `undefined`, or as `null`.
    pub(super) fn takes(&self, nothing: &Self) -> bool {
        self.members().contains(nothing)
    }

    /// Without `null` and `undefined`.
    pub(super) fn something(self) -> Self {
        match self {
            Self::Union(members) => Self::union(
                members
                    .into_iter()
                    .filter(|member| !matches!(member, Self::Null | Self::Undefined)),
            ),
            other => other,
        }
    }

    /// How many parts it has.
    pub(super) fn size(&self) -> usize {
        let sum = |schemas: &[Self]| schemas.iter().map(Self::size).sum::<usize>();
        1 + match self {
            Self::Array(of) => of.size(),
            Self::Tuple(of) | Self::Union(of) => sum(of),
            Self::Object(object) => {
                let fields = object.fields.iter().map(|field| field.schema.size()).sum::<usize>();
                fields + object.rest.as_ref().map_or(0, |rest| rest.size())
            }
            _ => 0,
        }
    }

    /// What the host makes of an argument of this type.
    pub(super) fn kind(&self) -> Kind {
        let kinds: Vec<Kind> = self.members().iter().map(Self::own_kind).collect();
        match kinds.split_first() {
            Some((first, rest)) if rest.iter().all(|kind| kind == first) => *first,
            _ => Kind::Json,
        }
    }

    fn own_kind(&self) -> Kind {
        match self {
            Self::String | Self::Literal(Value::String(_)) => Kind::Text,
            Self::Number | Self::Literal(Value::Number(_)) => Kind::Real,
            Self::Boolean | Self::Literal(Value::Bool(_)) => Kind::Boolean,
            Self::BigInt => Kind::Integer,
            Self::Bytes => Kind::Bytes,
            Self::Request => Kind::Request,
            _ => Kind::Json,
        }
    }

    /// Whether the kind says all that the type does.
    pub(super) fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::Anything | Self::String | Self::Number | Self::Boolean | Self::BigInt | Self::Bytes | Self::Request
        )
    }

    pub(super) fn to_json(&self) -> Value {
        let all = |schemas: &[Self]| schemas.iter().map(Self::to_json).collect::<Value>();
        match self {
            Self::Anything | Self::Request | Self::Unfit(_) => Value::Bool(true),
            Self::Undefined | Self::Null => json!({ "t": "null" }),
            Self::String => json!({ "t": "string" }),
            Self::Number => json!({ "t": "number" }),
            Self::Boolean => json!({ "t": "boolean" }),
            Self::BigInt => json!({ "t": "bigint" }),
            Self::Bytes => json!({ "t": "bytes" }),
            Self::Literal(value) => json!({ "t": "literal", "v": value }),
            Self::Array(of) => json!({ "t": "array", "of": of.to_json() }),
            Self::Tuple(of) => json!({ "t": "tuple", "of": all(of) }),
            Self::Union(of) => json!({ "t": "union", "of": all(of) }),
            Self::Object(object) => object.to_json(),
        }
    }
}

impl Object {
    fn to_json(&self) -> Value {
        if let (true, Some(rest)) = (self.fields.is_empty(), &self.rest) {
            return json!({ "t": "record", "of": rest.to_json() });
        }
        let fields: serde_json::Map<String, Value> = self
            .fields
            .iter()
            .map(|field| (field.name.clone(), field.schema.to_json()))
            .collect();
        let mut json = json!({ "t": "object", "fields": fields });
        let optional: Vec<&str> = self
            .fields
            .iter()
            .filter(|field| field.is_optional)
            .map(|field| field.name.as_str())
            .collect();
        if let Some(object) = json.as_object_mut() {
            if !optional.is_empty() {
                object.insert("optional".to_owned(), optional.into());
            }
            if let Some(rest) = &self.rest {
                object.insert("rest".to_owned(), rest.to_json());
            }
        }
        json
    }
}

/// Drops literals whose whole type is there, too; `true | false` is `boolean`.
fn drop_covered(members: &mut Vec<Schema>) {
    let literal = |value| Schema::Literal(Value::Bool(value));
    if members.contains(&literal(true)) && members.contains(&literal(false)) && !members.contains(&Schema::Boolean) {
        members.push(Schema::Boolean);
    }
    let has = |schema| members.contains(schema);
    let (strings, numbers, booleans) = (has(&Schema::String), has(&Schema::Number), has(&Schema::Boolean));
    members.retain(|member| match member {
        Schema::Literal(Value::String(_)) => !strings,
        Schema::Literal(Value::Number(_)) => !numbers,
        Schema::Literal(Value::Bool(_)) => !booleans,
        _ => true,
    });
}

//! What a function's signature says about its arguments and its result.
use quote::ToTokens;
use syn::{
    Attribute, Error, Expr, FnArg, GenericArgument, Ident, ItemFn, Pat, PathArguments, PathSegment, Result, ReturnType,
    Type, spanned::Spanned,
};

/// How an argument of a type is decoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Boolean,
    /// With the range of a type narrower than 64 signed bits.
    Integer(Option<i64>, Option<i64>),
    Real,
    Text,
    Bytes,
    Json,
    Request,
}

pub(crate) struct Parameter {
    pub(crate) name: Ident,
    /// As it was written.
    pub(crate) written: Type,
    /// What is decoded: without `Option`, owned where the function borrows.
    pub(crate) decoded: Type,
    pub(crate) kind: Kind,
    pub(crate) is_option: bool,
    pub(crate) is_borrowed: bool,
    pub(crate) default: Option<Expr>,
}

/// The parameters of a fujsen. Takes the `#[default(…)]` attributes away from the function.
pub(crate) fn parameters(function: &mut ItemFn) -> Result<Vec<Parameter>> {
    check(function)?;
    function.sig.inputs.iter_mut().map(parameter).collect()
}

fn check(function: &ItemFn) -> Result<()> {
    let signature = &function.sig;
    if let Some(token) = &signature.asyncness {
        let message =
            "a fujsen is not `async`: calls of the host wait, and other requests run meanwhile; remove `async`";
        return Err(Error::new(token.span(), message));
    }
    if !signature.generics.params.is_empty() {
        let message = "a fujsen has no generic parameters: the host must know its types; write the types themselves";
        return Err(Error::new(signature.generics.span(), message));
    }
    Ok(())
}

fn parameter(argument: &mut FnArg) -> Result<Parameter> {
    let FnArg::Typed(argument) = argument else {
        return Err(Error::new(
            argument.span(),
            "a fujsen is a function of its own, not a method; remove `self`",
        ));
    };
    let Pat::Ident(pattern) = &*argument.pat else {
        let message = "a fujsen's parameter needs a name, since arguments bind by name; write `name: Type`";
        return Err(Error::new(argument.pat.span(), message));
    };
    let default = default(&mut argument.attrs)?;
    let written = (*argument.ty).clone();
    let (decoded, is_option) = match argument_of(&written, "Option") {
        Some(inner) => (inner.clone(), true),
        None => (written.clone(), false),
    };
    if let (true, Some(default)) = (is_option, &default) {
        let message = "a parameter is either an `Option` or has a default; remove one of the two";
        return Err(Error::new(default.span(), message));
    }
    let (decoded, is_borrowed) = owned(decoded, is_option)?;
    Ok(Parameter {
        name: pattern.ident.clone(),
        kind: kind(&decoded),
        written,
        decoded,
        is_option,
        is_borrowed,
        default,
    })
}

fn default(attributes: &mut Vec<Attribute>) -> Result<Option<Expr>> {
    let Some(position) = attributes
        .iter()
        .position(|attribute| attribute.path().is_ident("default"))
    else {
        return Ok(None);
    };
    let attribute = attributes.remove(position);
    attribute.parse_args().map(Some).map_err(|error| {
        Error::new(
            attribute.span(),
            format!("write the default as `#[default(50)]`: {error}"),
        )
    })
}

/// `&str` is decoded as `String`, `&[u8]` as `Vec<u8>`.
fn owned(decoded: Type, is_option: bool) -> Result<(Type, bool)> {
    let Type::Reference(reference) = &decoded else {
        return Ok((decoded, false));
    };
    let span = reference.span();
    let owned = match reference.elem.to_token_stream().to_string().replace(' ', "").as_str() {
        "str" => syn::parse_quote_spanned!(span=> ::std::string::String),
        "[u8]" => syn::parse_quote_spanned!(span=> ::std::vec::Vec<u8>),
        _ => return Err(Error::new(span, "a fujsen owns its arguments; remove the `&`")),
    };
    if is_option {
        return Err(Error::new(
            span,
            "an optional argument is owned; write `Option<String>` or `Option<Vec<u8>>`",
        ));
    }
    Ok((owned, true))
}

fn kind(decoded: &Type) -> Kind {
    let range = |min: i64, max: i64| Kind::Integer(Some(min), Some(max));
    let Some(segment) = last_segment(decoded) else {
        return Kind::Json;
    };
    match segment.ident.to_string().as_str() {
        "bool" => Kind::Boolean,
        "i8" => range(i8::MIN.into(), i8::MAX.into()),
        "i16" => range(i16::MIN.into(), i16::MAX.into()),
        "i32" | "isize" => range(i32::MIN.into(), i32::MAX.into()),
        "i64" => Kind::Integer(None, None),
        "u8" => range(0, u8::MAX.into()),
        "u16" => range(0, u16::MAX.into()),
        "u32" | "usize" => range(0, u32::MAX.into()),
        "u64" => Kind::Integer(Some(0), None),
        "f32" | "f64" => Kind::Real,
        "String" => Kind::Text,
        "Request" => Kind::Request,
        "Vec" if is_bytes(decoded) => Kind::Bytes,
        _ => Kind::Json,
    }
}

/// What a fujsen gives: the type inside a `Result`, and whether there is one.
pub(crate) struct Output {
    pub(crate) written: Option<Type>,
    pub(crate) is_result: bool,
    /// The type of success; none for `()`.
    pub(crate) success: Option<Type>,
}

impl Output {
    pub(crate) fn of(function: &ItemFn) -> Self {
        let ReturnType::Type(_, written) = &function.sig.output else {
            return Self {
                written: None,
                is_result: false,
                success: None,
            };
        };
        let is_result = last_segment(written).is_some_and(|segment| segment.ident == "Result");
        let success = if is_result {
            argument_of(written, "Result").cloned()
        } else {
            Some((**written).clone())
        };
        Self {
            written: Some((**written).clone()),
            is_result,
            success,
        }
    }
}

pub(crate) fn is_bytes(r#type: &Type) -> bool {
    argument_of(r#type, "Vec")
        .and_then(last_segment)
        .is_some_and(|segment| segment.ident == "u8")
}

pub(crate) fn is_optional_bytes(r#type: &Type) -> bool {
    argument_of(r#type, "Option").is_some_and(is_bytes)
}

/// The first type argument of a path that ends in `name`.
fn argument_of<'a>(r#type: &'a Type, name: &str) -> Option<&'a Type> {
    let segment = last_segment(r#type).filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    })
}

fn last_segment(r#type: &Type) -> Option<&PathSegment> {
    match r#type {
        Type::Path(path) => path.path.segments.last(),
        Type::Paren(inner) => last_segment(&inner.elem),
        // What a macro's `$t:ty` becomes.
        Type::Group(inner) => last_segment(&inner.elem),
        _ => None,
    }
}

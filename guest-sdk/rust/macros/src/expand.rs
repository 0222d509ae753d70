//! `#[fujsen]`: the function itself, the code that decodes for it, and its line in the custom section.
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Error, Expr, ExprLit, Ident, ItemFn, Lit, Result, Visibility, parse_quote, spanned::Spanned};

use crate::{
    descriptor,
    signature::{self, Kind, Output, Parameter, is_bytes, is_optional_bytes},
};

/// The name of the code that decodes for the fujsen `name`.
pub(crate) fn entry_name(name: &Ident) -> Ident {
    format_ident!("__fujsen_{}", descriptor::plain(name), span = name.span())
}

pub(crate) fn expand(attribute: TokenStream, item: TokenStream) -> Result<TokenStream> {
    if !attribute.is_empty() {
        return Err(Error::new(attribute.span(), "`#[fujsen]` takes nothing in parentheses"));
    }
    let span = item.span();
    let mut function: ItemFn =
        syn::parse2(item).map_err(|_| Error::new(span, "`#[fujsen]` stands before a function: `fn name(…) { … }`"))?;
    let parameters = signature::parameters(&mut function)?;
    let output = Output::of(&function);
    let section = section(&descriptor::line(&function, &parameters, &output));
    let entry = entry(&function.sig.ident, &parameters, &output);
    // What it prints goes to the log, in a crate of one's own, too.
    let prints = parse_quote!(
        #[allow(unused_imports)]
        use ::tusk::{dbg, eprint, eprintln, print, println};
    );
    function.block.stmts.insert(0, prints);
    // The other texts of a section call it too; its types may well be private to its own.
    if matches!(function.vis, Visibility::Inherited) {
        function.vis = parse_quote!(pub(crate));
    }
    Ok(quote! {
        #[allow(private_interfaces, dead_code)]
        #function
        #entry
        #section
    })
}

/// A static in a section of its own becomes a custom section of the module.
fn section(line: &str) -> TokenStream {
    let (bytes, length) = (Literal::byte_string(line.as_bytes()), line.len());
    quote! {
        #[cfg(target_arch = "wasm32")]
        const _: () = {
            #[unsafe(link_section = "tusk:functions")]
            static LINE: [u8; #length] = *#bytes;
        };
    }
}

fn entry(name: &Ident, parameters: &[Parameter], output: &Output) -> TokenStream {
    let entry = entry_name(name);
    let locals: Vec<_> = (0..parameters.len())
        .map(|index| format_ident!("argument_{index}"))
        .collect();
    let decoded = parameters.iter().map(decode);
    let passed = parameters
        .iter()
        .zip(&locals)
        .map(|(parameter, local)| match parameter.is_borrowed {
            true => quote!(&#local),
            false => quote!(#local),
        });
    let call = quote!(#name(#(#passed),*));
    let reply = reply(&call, output);
    // Spanned so that the place that it notes is that of the fujsen.
    let enter = quote_spanned!(name.span()=> arguments.enter(););
    quote! {
        #[doc(hidden)]
        #[allow(dead_code, unused_variables, non_snake_case, clippy::all)]
        pub fn #entry(
            arguments: &mut ::tusk::__private::Arguments,
        ) -> ::core::result::Result<::tusk::__private::Reply, ::tusk::Error> {
            #enter
            #(let #locals = #decoded;)*
            #reply
        }
    }
}

fn decode(parameter: &Parameter) -> TokenStream {
    let (name, decoded) = (descriptor::plain(&parameter.name), &parameter.decoded);
    let span = parameter.written.span();
    let is_optional = parameter.is_option || parameter.default.is_some();
    let value = match (parameter.kind, is_optional) {
        (Kind::Request, false) => quote_spanned!(span=> arguments.required_request(#name)?),
        (Kind::Request, true) => quote_spanned!(span=> arguments.optional_request(#name)?),
        (Kind::Json, false) => quote_spanned!(span=> arguments.required_json::<#decoded>(#name)?),
        (Kind::Json, true) => quote_spanned!(span=> arguments.optional_json::<#decoded>(#name)?),
        (_, false) => quote_spanned!(span=> arguments.required::<#decoded>(#name)?),
        (_, true) => quote_spanned!(span=> arguments.optional::<#decoded>(#name)?),
    };
    match &parameter.default {
        Some(default) => {
            let default = typed_default(default, parameter.kind);
            quote!(match #value { Some(value) => value, None => #default })
        }
        None => value,
    }
}

/// `#[default("x")] name: String` and `#[default(5)] rate: f64` mean what they say.
fn typed_default(default: &Expr, kind: Kind) -> TokenStream {
    match (default, kind) {
        (Expr::Lit(ExprLit { lit: Lit::Str(_), .. }), Kind::Text) => quote!(::std::string::String::from(#default)),
        (
            Expr::Lit(ExprLit {
                lit: Lit::Int(integer), ..
            }),
            Kind::Real,
        ) if integer.suffix().is_empty() => {
            let mut float = Literal::f64_unsuffixed(integer.base10_parse().unwrap_or_default());
            float.set_span(integer.span());
            quote!(#float)
        }
        _ => quote!(#default),
    }
}

fn reply(call: &TokenStream, output: &Output) -> TokenStream {
    let encode = match &output.success {
        Some(success) if is_bytes(success) => quote!(::core::result::Result::Ok(::tusk::__private::bytes(value))),
        Some(success) if is_optional_bytes(success) => {
            quote!(::core::result::Result::Ok(::tusk::__private::optional_bytes(value)))
        }
        Some(success) => {
            // Spanned so that a type that cannot be a result is underlined where it is written.
            let span = success.span();
            quote_spanned!(span=> <#success as ::tusk::__private::IntoReply>::into_reply(value))
        }
        None => quote!(::tusk::__private::IntoReply::into_reply(value)),
    };
    if !output.is_result {
        return quote!({ let value = #call; #encode });
    }
    quote! {
        match #call {
            ::core::result::Result::Ok(value) => #encode,
            ::core::result::Result::Err(error) => {
                ::core::result::Result::Err(::core::convert::Into::<::tusk::Error>::into(error))
            }
        }
    }
}

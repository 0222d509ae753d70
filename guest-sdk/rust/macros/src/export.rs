//! `export!`: the table of a module's fujsens, and the world's `call`.
use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Path, Result, Token, parse::Parser, punctuated::Punctuated};

use crate::{descriptor::plain, expand::entry_name};

pub(crate) fn expand(paths: TokenStream) -> Result<TokenStream> {
    let paths = Punctuated::<Path, Token![,]>::parse_terminated.parse2(paths)?;
    let mut names: Vec<String> = Vec::new();
    let mut entries = Vec::new();
    for mut path in paths {
        let Some(last) = path.segments.last_mut() else { continue };
        let name = plain(&last.ident);
        if names.contains(&name) {
            return Err(Error::new_spanned(
                path,
                format!("`{name}` is exported twice; fujsens of one module differ in name"),
            ));
        }
        last.ident = entry_name(&last.ident);
        entries.push(quote!((#name, #path as _)));
        names.push(name);
    }
    Ok(quote! {
        #[allow(dead_code)]
        const _: () = {
            static ENTRIES: &[::tusk::__private::Entry] = &[#(#entries),*];

            struct Module;

            impl ::tusk::__private::Guest for Module {
                fn call(
                    name: ::std::string::String,
                    arguments: ::std::vec::Vec<::tusk::Datum>,
                ) -> ::core::result::Result<::tusk::__private::Reply, ::tusk::__private::bindings::Error> {
                    ::tusk::__private::dispatch(ENTRIES, &name, arguments)
                }
            }

            #[cfg(target_arch = "wasm32")]
            ::tusk::__private::bindings::export_world!(Module with_types_in ::tusk::__private::bindings);
        };
    })
}

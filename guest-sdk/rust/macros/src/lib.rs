//! The macros of the crate `tusk`, documented there.
mod descriptor;
mod expand;
mod export;
mod signature;

use proc_macro::TokenStream;

#[proc_macro_attribute]
pub fn fujsen(attribute: TokenStream, item: TokenStream) -> TokenStream {
    expand::expand(attribute.into(), item.into())
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

#[proc_macro]
pub fn export(paths: TokenStream) -> TokenStream {
    export::expand(paths.into())
        .unwrap_or_else(|error| error.into_compile_error())
        .into()
}

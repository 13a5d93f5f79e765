use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{builder::options_name, docs, ident, idents, module_name};
use crate::plan::Plan;

/// The root of the model crate.
pub(super) fn model() -> Vec<TokenStream> {
    vec![
        quote! {
            //! The types of the service.
            //!
            //! A read type has an `Option` for each property, and keeps what it does not know. What is sent has a type of its
            //! own, which holds only what a client may write.
        },
        generated(),
    ]
}

/// The root of the request crate.
pub(super) fn request(plan: &Plan) -> Vec<TokenStream> {
    let version = ident(plan.version.module());
    vec![
        quote! {
            //! The requests of the service, as values.
            //!
            //! A path begins in the module of its version, and ends with the request.
        },
        generated(),
        quote! {
            #[rustfmt::skip]
            pub mod #version;
        },
    ]
}

/// The modules of all items, as the generator formats them.
fn generated() -> TokenStream {
    quote! {
        #[rustfmt::skip]
        mod generated;

        pub use self::generated::*;
    }
}

/// A private module for each name, and the name itself.
pub(super) fn modules<'n>(names: impl Iterator<Item = &'n str>) -> TokenStream {
    let names: Vec<_> = names.collect();
    let modules: Vec<_> = names.iter().map(|name| module_name(name)).collect();
    let (modules, names) = (idents(modules.iter().map(String::as_str)), idents(names));
    quote! {
        #(mod #modules;)*
        #(pub use self::#modules::#names;)*
    }
}

/// The types that stand for query options.
pub(super) fn options(plan: &Plan) -> TokenStream {
    let options = plan.builders.iter().flat_map(|builder| {
        let module = ident(&module_name(&builder.name));
        let names = builder.operations.iter().filter_map(options_name);
        names.map(move |name| quote!(pub use self::#module::#name;))
    });
    quote!(#(#options)*)
}

/// The table of all operations.
pub(super) fn operations(plan: &Plan) -> TokenStream {
    let operations = plan.builders.iter().flat_map(|builder| {
        let module = ident(&module_name(&builder.name));
        builder.operations.iter().map(move |operation| {
            let name = ident(&operation.facts);
            quote!(&#module::#name)
        })
    });
    quote! {
        /// Every operation, sorted by path.
        pub static OPERATIONS: &[&msgraph_core::request::Operation] = &[#(#operations),*];
    }
}

/// The module of a version: what a path begins with.
pub(super) fn version(plan: &Plan, model: &Ident) -> Vec<TokenStream> {
    let line = format!(" Where the paths of {} begin.", plan.version.marker());
    let marker = ident(plan.version.marker());
    let entries = plan.entries.iter().map(|entry| {
        let lines = docs(&entry.docs);
        let (method, builder, segment) = (ident(&entry.method), ident(&entry.builder), &entry.segment);
        let (parameter, id) = match &entry.key {
            None => (quote!(), quote!()),
            Some(key) => {
                let key = ident(key);
                (quote!(id: &Id<#model::#key>), quote!(.id(id)))
            }
        };
        quote! {
            #lines
            pub fn #method(#parameter) -> crate::#builder<#marker> {
                crate::#builder::new(Path::new().segment(#segment)#id)
            }
        }
    });
    let import = quote!(
        use msgraph_core::prelude::*;
    );
    [quote!(#![doc = #line]), import].into_iter().chain(entries).collect()
}

use std::collections::{BTreeMap, BTreeSet};

use heck::ToShoutySnakeCase;
use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    MODULES,
    builder::{options_name, way},
    cfg::{self, Cfg},
    docs, ident, module_name,
};
use crate::plan::{Gate, Plan, Version};

/// The root of the model crate.
pub(super) fn model(plan: &Plan) -> Vec<TokenStream> {
    let mut items = vec![
        quote! {
            //! The types of the service.
            //!
            //! A read type has an `Option` for each property, and keeps what it does not know. What is sent has a type of its
            //! own, which holds only what a client may write.
        },
        generated(plan),
    ];
    items.extend(plan.references.iter().map(|reference| {
        let package = ident(&reference.package.replace('-', "_"));
        let types = reference.types.iter().map(|name| ident(name));
        quote!(#[rustfmt::skip] pub use #package::{#(#types),*};)
    }));
    items
}

/// The root of the request crate.
pub(super) fn request(plan: &Plan, model: &Ident, cfg: &Cfg<'_>) -> Vec<TokenStream> {
    let features: BTreeSet<_> = plan
        .builders
        .iter()
        .flat_map(|builder| &builder.gate.features)
        .collect();
    let versions = plan.versions.iter().map(|version| version.module());
    let allow = cfg.has_features().then(|| {
        quote! {
            #![cfg_attr(
                not(all(any(#(feature = #versions),*), any(#(feature = #features),*))),
                allow(dead_code, unused_imports, reason = "a path begins in a version, and leads to a feature")
            )]
        }
    });
    let is_empty = plan.builders.is_empty();
    let unused = is_empty.then(|| quote!(#[allow(unused_imports, reason = "there is no request")]));
    let mut items = vec![
        quote! {
            //! The requests of the service, as values.
            //!
            //! A path begins in the module of its version, and ends with the request.
            #allow
        },
        generated(plan),
        quote! {
            /// What the files of this crate use.
            #unused
            #[rustfmt::skip]
            mod prelude {
                pub(crate) use msgraph_core::prelude::*;
                pub(crate) use #model as model;
            }
        },
    ];
    items.extend(plan.versions.iter().map(|version| {
        let name = version.module();
        let module = ident(name);
        let attribute = cfg.has_features().then(|| quote!(#[cfg(feature = #name)]));
        let leads_to_retired = plan.entries.iter().any(|entry| entry.retired.is_some());
        let retired = allow_retired(leads_to_retired);
        quote! {
            #attribute
            #retired
            #[rustfmt::skip]
            pub mod #module;
        }
    }));
    items
}

/// The modules of all items, as the generator formats them.
fn generated(plan: &Plan) -> TokenStream {
    let retired = allow_retired(plan.has_retired());
    quote! {
        #retired
        #[rustfmt::skip]
        mod generated;

        pub use self::generated::*;
    }
}

fn allow_retired(is_there: bool) -> Option<TokenStream> {
    let reason = "what is retired is generated like the rest, and marked for those who use it";
    is_there.then(|| quote!(#[allow(deprecated, reason = #reason)]))
}

/// The module of one item.
pub(super) struct Module<'n> {
    gate: Gate,
    name: &'n str,
}

impl<'n> Module<'n> {
    pub(super) fn new(gate: Gate, name: &'n str) -> Self {
        Self { gate, name }
    }
}

/// The files that declare the modules of all items: one for each feature, and one above them. `tables` says what else is in
/// them.
pub(super) fn groups(
    modules: &[Module<'_>],
    cfg: &Cfg<'_>,
    tables: impl Fn(Option<&str>) -> Vec<TokenStream>,
) -> BTreeMap<String, Vec<TokenStream>> {
    let features: BTreeSet<_> = modules.iter().filter_map(|module| module.gate.feature()).collect();
    let mut files = BTreeMap::new();
    let shared = modules.iter().filter(|module| module.gate.feature().is_none());
    let mut root = vec![declarations(shared, &Gate::OPEN, cfg)];
    for feature in features {
        let gate = feature_gate(feature);
        let members = modules.iter().filter(|module| module.gate.feature() == Some(feature));
        let mut items = vec![declarations(members, &gate, cfg)];
        items.extend(tables(Some(feature)));
        files.insert(format!("generated/{}.rs", module_name(feature)), items);
        let module = ident(&module_name(feature));
        let attribute = cfg.attribute(&gate, &Gate::OPEN);
        let same = modules
            .iter()
            .any(|item| module_name(item.name) == module_name(feature));
        let expect_same =
            same.then(|| quote!(#[expect(clippy::module_inception, reason = "a type has the name of its feature")]));
        root.push(quote!(#attribute #expect_same mod #module; #attribute pub use self::#module::*;));
    }
    root.extend(tables(None));
    files.insert(MODULES.to_owned(), root);
    files
}

fn feature_gate(feature: &str) -> Gate {
    Gate {
        features: BTreeSet::from([feature.to_owned()]),
        ..Gate::OPEN
    }
}

/// A private module for each item, and the item itself.
fn declarations<'m>(modules: impl Iterator<Item = &'m Module<'m>>, within: &Gate, cfg: &Cfg<'_>) -> TokenStream {
    let (mut declared, mut used) = (TokenStream::new(), TokenStream::new());
    for item in modules {
        let attribute = cfg.attribute(&item.gate, within);
        let (module, name) = (ident(&module_name(item.name)), ident(item.name));
        declared.extend(quote!(#attribute mod #module;));
        used.extend(quote!(#attribute pub use self::#module::#name;));
    }
    quote!(#declared #used)
}

/// The types that stand for query options, and the table of all operations, of one feature or of what has none alone.
pub(super) fn tables(plan: &Plan, feature: Option<&str>, cfg: &Cfg<'_>) -> Vec<TokenStream> {
    let within = feature.map_or(Gate::OPEN, feature_gate);
    let (mut options, mut entries) = (TokenStream::new(), Vec::new());
    for builder in plan.builders.iter().filter(|builder| builder.gate.feature() == feature) {
        let module = ident(&module_name(&builder.item.name));
        for operation in &builder.item.operations {
            let attribute = cfg.attribute(&operation.gate, &within);
            if let Some(name) = options_name(operation) {
                options.extend(quote!(#attribute pub use self::#module::#name;));
            }
            let facts = ident(&operation.facts);
            entries.push(quote!(#attribute &#module::#facts));
        }
    }
    let mut items = Vec::new();
    if !options.is_empty() {
        items.push(options);
    }
    if let Some(feature) = feature {
        let table = table_name(feature);
        items.push(quote! {
            pub(crate) static #table: &[&msgraph_core::request::Operation] = &[#(#entries),*];
        });
        return items;
    }
    let features: BTreeSet<_> = plan
        .builders
        .iter()
        .filter_map(|builder| builder.gate.feature())
        .collect();
    let groups = features.iter().map(|feature| {
        let attribute = cfg.attribute(&feature_gate(feature), &Gate::OPEN);
        let table = table_name(feature);
        quote!(#attribute #table,)
    });
    items.push(quote! {
        static OPERATIONS: &[&msgraph_core::request::Operation] = &[#(#entries),*];
    });
    items.push(quote! {
        /// Every operation.
        pub fn operations() -> impl Iterator<Item = &'static msgraph_core::request::Operation> {
            [OPERATIONS, #(#groups)*].into_iter().flatten().copied()
        }
    });
    items
}

/// The table of the operations of a feature.
fn table_name(feature: &str) -> Ident {
    ident(&format!("{}_OPERATIONS", feature.to_shouty_snake_case()))
}

/// The module of a version: what a path begins with.
pub(super) fn version(plan: &Plan, number: usize, version: Version, cfg: &Cfg<'_>) -> Vec<TokenStream> {
    let line = format!(" Where the paths of {} begin.", version.name());
    let marker = ident(version.marker());
    let entries = plan.entries.iter().filter(|entry| entry.gate.versions.has(number));
    let entries = entries.map(|entry| {
        let lines = docs(&entry.docs);
        // The module has the feature of the version.
        let gate = Gate {
            versions: crate::plan::Versions::ALL,
            ..entry.gate.clone()
        };
        let (attribute, retired) = (cfg.attribute(&gate, &Gate::OPEN), cfg::retired(entry.retired.as_ref()));
        let (method, builder) = (ident(&entry.method), ident(&entry.builder));
        let (parameters, segments) = way(entry);
        quote! {
            #lines
            #attribute
            #retired
            pub fn #method(#parameters) -> crate::#builder<#marker> {
                crate::#builder::new(Path::new() #segments)
            }
        }
    });
    let is_used = plan.entries.iter().any(|entry| entry.gate.versions.has(number));
    let import = is_used.then(|| {
        quote!(
            use crate::prelude::*;
        )
    });
    let base_url = plan.base_url.as_ref().map(|url| {
        quote! {
            /// The base URL of the service, for the client.
            pub const BASE_URL: &str = #url;
        }
    });
    let head = [quote!(#![doc = #line])].into_iter().chain(import).chain(base_url);
    head.chain(entries).collect()
}

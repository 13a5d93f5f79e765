//! A function for each builder, that follows the rest of a path.

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{odata_type, shapes::named};
use crate::{
    emit::ident,
    plan::{Answer, Body, Builder, Child, Key, ModelItem, Operation, Plan, RustType, Version},
};

pub(super) fn emit(plan: &Plan, number: usize, version: Version) -> Vec<TokenStream> {
    let (module, marker) = (ident(version.module()), ident(version.marker()));
    let of_version = plan.builders.iter().filter(|builder| builder.gate.versions.has(number));
    let entries = plan.entries.iter().filter(|entry| entry.gate.versions.has(number));
    let entries = arms(plan, &entries.collect::<Vec<_>>(), &quote!(#module::), number);
    let mut items = vec![quote! {
        use msgraph_core::request::#marker;
        use msgraph_request::*;

        use super::bodies;
        use crate::exchange::{Given, Outcome};

        /// Follows a path from its beginning.
        pub(crate) fn follow(path: &[&str], given: &Given<'_>) -> Outcome {
            match path {
                #(#entries)*
                _ => given.no_such_path(),
            }
        }
    }];
    items.extend(of_version.map(|builder| {
        let builder = &builder.item;
        let (function, name) = (function_name(&builder.name), ident(&builder.name));
        let requests = requests(plan, builder, number);
        let children = builder.children.iter().filter(|child| child.gate.versions.has(number));
        let children = arms(plan, &children.collect::<Vec<_>>(), &quote!(at.), number);
        quote! {
            fn #function(at: #name<#marker>, rest: &[&str], given: &Given<'_>) -> Outcome {
                match rest {
                    #(#requests)*
                    #(#children)*
                    _ => given.no_such_path(),
                }
            }
        }
    }));
    items
}

fn function_name(builder: &str) -> proc_macro2::Ident {
    format_ident!("at_{}", builder.to_snake_case())
}

/// The steps to other builders.
fn arms(plan: &Plan, children: &[&Child], prefix: &TokenStream, number: usize) -> Vec<TokenStream> {
    let mut arms = Vec::new();
    let has_items = |child: &Child| {
        let mut others = children.iter();
        others.any(|other| other.segment == child.segment && other.key.is_some())
    };
    // What is called on a collection comes before its items, which any segment could name.
    for child in children.iter().filter(|child| child.key.is_none()) {
        let (segment, method, function) = (&child.segment, ident(&child.method), function_name(&child.builder));
        if !has_items(child) {
            arms.push(quote!([#segment, rest @ ..] => #function(#prefix #method(), rest, given),));
            continue;
        }
        arms.push(quote!([#segment] => #function(#prefix #method(), &[], given),));
        let builder = plan.builders.iter().find(|builder| builder.item.name == child.builder);
        let operations = builder.into_iter().flat_map(|builder| &builder.item.operations);
        let segments = operations.filter(|operation| operation.gate.versions.has(number));
        let mut segments: Vec<_> = segments.filter_map(|operation| operation.segment.as_ref()).collect();
        segments.dedup();
        arms.extend(
            segments
                .into_iter()
                .map(|call| quote!([#segment, #call] => #function(#prefix #method(), &[#call], given),)),
        );
    }
    for child in children
        .iter()
        .filter(|child| matches!(child.key, Some(Key::Segment(_))))
    {
        let (segment, method, function) = (&child.segment, ident(&child.method), function_name(&child.builder));
        arms.push(quote!([#segment, id, rest @ ..] => #function(#prefix #method(&given.id(id)), rest, given),));
    }
    arms
}

/// The requests to the path of a builder, and those one segment after it.
fn requests(plan: &Plan, builder: &Builder, number: usize) -> Vec<TokenStream> {
    let operations = builder
        .operations
        .iter()
        .filter(|operation| operation.gate.versions.has(number));
    let operations: Vec<_> = operations.collect();
    let mut segments: Vec<_> = operations
        .iter()
        .map(|operation| operation.segment.as_deref())
        .collect();
    segments.sort_unstable();
    segments.dedup();
    let arms = segments.into_iter().map(|segment| {
        let here: Vec<_> = operations
            .iter()
            .filter(|operation| operation.segment.as_deref() == segment)
            .collect();
        let methods = here.iter().map(|operation| {
            let alike = here.iter().filter(|other| other.method == operation.method).count();
            request(plan, operation, alike > 1)
        });
        let pattern = segment.map_or_else(|| quote!([]), |segment| quote!([#segment]));
        quote! {
            #pattern => match given.method() {
                #(#methods)*
                _ => given.no_such_method(),
            },
        }
    });
    arms.collect()
}

/// The function that finds a property of a record by its name in JSON.
pub(super) fn property_function(record: &str) -> proc_macro2::Ident {
    format_ident!("{}_property", record.to_snake_case())
}

/// The record whose properties an operation can be asked for.
pub(super) fn asked<'p>(plan: &'p Plan, operation: &'p Operation) -> Option<&'p str> {
    let (Answer::One(RustType::Versioned(name) | RustType::Model(name))
    | Answer::Page(RustType::Versioned(name) | RustType::Model(name))
    | Answer::Changes(name)) = &operation.answer
    else {
        return None;
    };
    let union = plan.model.iter().find_map(|item| match &item.item {
        ModelItem::Union(union) if union.name == *name => Some(&*union.other),
        _ => None,
    });
    Some(union.unwrap_or(name))
}

fn request(plan: &Plan, operation: &Operation, by_type: bool) -> TokenStream {
    let (method, name) = (operation.method.name(), ident(&operation.name));
    let mut arguments = Vec::new();
    let mut guard = quote!();
    if operation.if_match {
        arguments.push(quote!(&given.etag()?));
    }
    if let Some(filter) = &operation.filter {
        let wire = &filter.wire;
        arguments.push(quote!(&given.filter_id(#wire)?));
    }
    match &operation.body {
        Body::None => {}
        Body::Edit(edit) | Body::TypedEdit(edit) => {
            let function = format_ident!("{}", edit.to_snake_case());
            arguments.push(quote!(bodies::#function(given.body()?)?));
            if let Some(ty) = odata_type(plan, edit).filter(|_| by_type) {
                guard = quote!(if given.body_is(#ty));
            }
        }
        Body::Parameters(parameters) => arguments.extend(parameters.iter().map(|parameter| {
            let wire = &parameter.wire;
            let value = match (&parameter.ty, parameter.is_object) {
                (RustType::Model(edit), true) => {
                    let function = format_ident!("{}", edit.to_snake_case());
                    quote!(|value| bodies::#function(crate::exchange::object(value)?))
                }
                (RustType::Text, _) => quote!(crate::exchange::text),
                _ => quote!(crate::exchange::read),
            };
            if parameter.optional {
                quote!(given.optional(#wire, #value)?)
            } else {
                quote!(given.required(#wire, #value)?)
            }
        })),
        Body::Content => arguments.push(quote!(given.content()?)),
        Body::Part => arguments.push(quote!(given.part()?)),
    }
    let mut call = quote!(at.#name(#(#arguments),*));
    let required = operation.filter.is_some();
    for option in operation
        .query_options
        .iter()
        .filter(|option| *option != "Filter" || !required)
    {
        let named = matches!(&**option, "Select" | "Expand" | "Filter" | "OrderBy");
        let property = asked(plan, operation).filter(|_| named).map(|record| {
            let function = property_function(record);
            quote!(, bodies::#function)
        });
        let option = format_ident!("{}", option.to_snake_case());
        call = quote!(given.#option(#call #property)?);
    }
    let outcome = match &operation.answer {
        Answer::Nothing => quote!(nothing(#call)),
        Answer::One(ty) | Answer::Page(ty) => {
            let of = named(ty);
            quote!(answer(#call, #of))
        }
        Answer::Changes(of) => quote!(changes(#call, #of)),
        Answer::Start(of) => quote!(start(#call, #of)),
        Answer::Content => quote!(received(#call)),
        Answer::Uploaded => quote!(uploaded(#call)),
    };
    quote!(#method #guard => given.#outcome,)
}

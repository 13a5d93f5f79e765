//! The operations: what each is asked with, and what it answers.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use super::schema::{emit_kind, emit_versions, static_name};
use crate::plan::{Answer, Argument, Body, Operation, Plan, RustType};

pub(super) fn emit(plan: &Plan) -> Vec<TokenStream> {
    // What differs in its body only is one route.
    let mut routes: BTreeMap<(String, &str), Vec<&Operation>> = BTreeMap::new();
    for operation in plan.builders.iter().flat_map(|builder| &builder.item.operations) {
        let key = (operation.path.clone(), operation.method.name());
        routes.entry(key).or_default().push(operation);
    }
    let routes = routes.values().map(|operations| emit_route(plan, operations));
    vec![
        quote! {
            use crate::generated::schema::*;
            use crate::table::{Answer, Body, Kind, Parameter, Route, Versions};
        },
        quote! {
            /// Every operation, sorted by path and method.
            pub(crate) static ROUTES: &[Route] = &[#(#routes),*];
        },
    ]
}

fn emit_route(plan: &Plan, operations: &[&Operation]) -> TokenStream {
    let Some(first) = operations.first() else {
        return quote!();
    };
    let (method, path, if_match, entity) = (first.method.name(), &first.path, first.if_match, &first.entity);
    let versions = emit_versions(first.gate.versions);
    let aliases = first.aliases.iter().map(|(of, alias)| quote!((#of, #alias)));
    let filter = match &first.filter {
        Some(filter) => {
            let wire = &filter.wire;
            quote!(Some(#wire))
        }
        None => quote!(None),
    };
    let options = first
        .query_options
        .iter()
        .map(|option| format!("${}", option.to_lowercase()));
    let permissions = first
        .permissions
        .iter()
        .map(|permission| permission.as_deref().unwrap_or(""));
    let body = emit_body(plan, operations);
    let answer = emit_answer(&first.answer);
    quote! {
        Route {
            method: #method,
            path: #path,
            aliases: &[#(#aliases),*],
            versions: #versions,
            entity: #entity,
            if_match: #if_match,
            filter: #filter,
            options: &[#(#options),*],
            permissions: [#(#permissions),*],
            body: #body,
            answer: #answer,
        }
    }
}

fn emit_body(plan: &Plan, operations: &[&Operation]) -> TokenStream {
    let shapes: Vec<_> = operations
        .iter()
        .filter_map(|operation| match &operation.body {
            Body::Edit(edit) | Body::TypedEdit(edit) => Some(static_name(edit)),
            _ => None,
        })
        .collect();
    if !shapes.is_empty() {
        let typed = operations
            .iter()
            .any(|operation| matches!(operation.body, Body::TypedEdit(_)));
        return quote!(Body::Object { shapes: &[#(&#shapes),*], typed: #typed });
    }
    match operations.first().map(|operation| &operation.body) {
        Some(Body::Parameters(parameters)) => {
            let parameters = parameters.iter().map(|parameter| emit_parameter(plan, parameter));
            quote!(Body::Parameters(&[#(#parameters),*]))
        }
        Some(Body::Content | Body::Part) => quote!(Body::Bytes),
        _ => quote!(Body::None),
    }
}

fn emit_parameter(plan: &Plan, parameter: &Argument) -> TokenStream {
    let (name, optional) = (&parameter.wire, parameter.optional);
    let kind = match (&parameter.ty, parameter.is_object) {
        (RustType::Model(edit), true) => {
            let shape = static_name(edit);
            quote!(Kind::Sent(&#shape))
        }
        (ty, _) => emit_kind(plan, ty),
    };
    quote!(Parameter { name: #name, optional: #optional, kind: #kind })
}

fn emit_answer(answer: &Answer) -> TokenStream {
    match answer {
        Answer::Nothing => quote!(Answer::Nothing),
        Answer::One(_) => quote!(Answer::One),
        Answer::Page(_) => quote!(Answer::Page),
        Answer::Changes(_) => quote!(Answer::Changes),
        Answer::Start(_) => quote!(Answer::Start),
        Answer::Content => quote!(Answer::Content),
        Answer::Uploaded => quote!(Answer::Uploaded),
    }
}

//! A function for each type that is sent, that calls its setters with what JSON holds.

use std::collections::BTreeSet;

use heck::ToSnakeCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::routes;
use crate::{
    emit::ident,
    plan::{MemberValue, ModelItem, Plan, Removal, RustType, Setter, SetterValue, Write},
};

pub(super) fn emit(plan: &Plan) -> Vec<TokenStream> {
    let imports = quote! {
        use msgraph_core::{*, open::OpenKey};
        use msgraph_model::*;
        use serde_json::Value;

        use crate::exchange::{Fault, Members, hint, list, object, read};
    };
    let writes = plan.model.iter().filter_map(|item| match &item.item {
        ModelItem::Write(write) => Some(function(plan, write)),
        _ => None,
    });
    [imports].into_iter().chain(writes).chain(properties(plan)).collect()
}

/// A function for each type whose properties can be asked for, that finds one by its name.
fn properties(plan: &Plan) -> Vec<TokenStream> {
    let operations = plan.builders.iter().flat_map(|builder| &builder.item.operations);
    let operations = operations.filter(|operation| !operation.query_options.is_empty());
    let asked: BTreeSet<_> = operations
        .filter_map(|operation| routes::asked(plan, operation))
        .collect();
    let records = plan.model.iter().filter_map(|item| match &item.item {
        ModelItem::Record(record) if asked.contains(&*record.name) => Some(record),
        _ => None,
    });
    let functions = records.map(|record| {
        let (function, ty) = (routes::property_function(&record.name), ident(&record.name));
        let arms = record.fields.iter().map(|field| {
            let (wire, constant) = (&field.wire, ident(&field.constant));
            quote!(#wire => #ty::#constant,)
        });
        quote! {
            pub(crate) fn #function(name: &str) -> Option<Property<#ty>> {
                Some(match name {
                    #(#arms)*
                    _ => return None,
                })
            }
        }
    });
    functions.collect()
}

/// A table of all types that are read: what goes through each comes out as JSON.
pub(super) fn codecs(plan: &Plan) -> Vec<TokenStream> {
    let rows = plan.model.iter().filter_map(|item| {
        let (name, versioned) = match &item.item {
            ModelItem::Record(record) => (&record.name, record.entity.is_some()),
            ModelItem::Union(union) => (&union.name, false),
            _ => return None,
        };
        let ty = ident(name);
        Some(if versioned {
            quote!((#name, through::<Versioned<#ty>>))
        } else {
            quote!((#name, through::<#ty>))
        })
    });
    vec![quote! {
        use msgraph_core::Versioned;
        use msgraph_model::*;

        use crate::codec::{Codec, through};

        /// Every type that is read, by its name.
        pub static CODECS: &[(&str, Codec)] = &[#(#rows),*];
    }]
}

fn function(plan: &Plan, write: &Write) -> TokenStream {
    let (name, ty) = (format_ident!("{}", write.name.to_snake_case()), ident(&write.name));
    let takes = write.required.iter().map(|setter| {
        let (field, wire) = (ident(&setter.field), wire_name(plan, write, setter));
        let value = value(setter, &quote!(value));
        quote! {
            let value = members.take(#wire)?;
            let #field = #value;
        }
    });
    let arguments = write.required.iter().map(|setter| {
        let field = ident(&setter.field);
        match &setter.value {
            SetterValue::Whole {
                ty: RustType::Id(_), ..
            } => quote!(&#field),
            _ => quote!(#field),
        }
    });
    let arms = write.setters.iter().map(|setter| {
        let wire = wire_name(plan, write, setter);
        arm(&wire, setter)
    });
    let open = write.open.then(|| quote!(_ => edit = edit.property(name, value),));
    let otherwise = open.unwrap_or_else(|| quote!(_ => return Err(Fault::no_setter(name, value)),));
    quote! {
        pub(crate) fn #name(json: &serde_json::Map<String, Value>) -> Result<#ty, Fault> {
            let mut members = Members::of(json);
            #(#takes)*
            let mut edit = #ty::new(#(#arguments),*);
            for (name, value) in members.rest() {
                match (name, value) {
                    #(#arms)*
                    #otherwise
                }
            }
            Ok(edit)
        }
    }
}

/// The name in JSON of the property that a setter sets.
fn wire_name(plan: &Plan, write: &Write, setter: &Setter) -> String {
    let record = plan.model.iter().find_map(|item| match &item.item {
        ModelItem::Record(record) if record.name == write.record => Some(record),
        _ => None,
    });
    let field = record.and_then(|record| record.fields.iter().find(|field| field.constant == setter.constant));
    field.map(|field| field.wire.clone()).unwrap_or_default()
}

fn arm(wire: &str, setter: &Setter) -> TokenStream {
    let method = ident(&setter.field);
    let clear = match &setter.value {
        SetterValue::Whole { clear, .. } | SetterValue::Object { clear, .. } | SetterValue::Objects { clear, .. } => {
            clear.as_ref()
        }
        SetterValue::Members { .. } => None,
    };
    let clear = clear.map(|clear| {
        let clear = ident(clear);
        quote!((#wire, Value::Null) => edit = edit.#clear(),)
    });
    if let SetterValue::Members {
        key,
        value,
        set,
        remove,
    } = &setter.value
    {
        let (set, key) = (ident(set), key_type(key));
        let removal = remove.as_ref().map(|(remove, removal)| {
            let remove = ident(remove);
            match removal {
                Removal::Null => quote!(Value::Null => edit = edit.#remove(&key),),
                Removal::False => quote!(Value::Bool(false) => edit = edit.#remove(&key),),
            }
        });
        let sets = match value {
            MemberValue::Edit(name) => {
                let function = format_ident!("{}", name.to_snake_case());
                quote!(value => edit = edit.#set(&key, #function(object(value)?)?),)
            }
            MemberValue::Plain(RustType::Text) => quote!(value => edit = edit.#set(&key, &read::<String>(value)?),),
            MemberValue::Plain(RustType::Core("NewOrderHint")) => {
                quote!(value => edit = edit.#set(&key, hint(value)?),)
            }
            MemberValue::Plain(_) => quote!(value => edit = edit.#set(&key, read(value)?),),
            MemberValue::True => quote! {
                Value::Bool(true) => edit = edit.#set(&key),
                value => return Err(Fault::no_setter(name, value)),
            },
        };
        return quote! {
            (#wire, value) => {
                for (name, value) in object(value)? {
                    let key = #key::from_wire(name);
                    match value {
                        #removal
                        #sets
                    }
                }
            }
        };
    }
    let value = value(setter, &quote!(value));
    let argument = match &setter.value {
        SetterValue::Whole {
            ty: RustType::Id(_), ..
        } => quote!(&#value),
        _ => value,
    };
    quote! {
        #clear
        (#wire, value) => edit = edit.#method(#argument),
    }
}

/// What a setter is called with.
fn value(setter: &Setter, json: &TokenStream) -> TokenStream {
    match &setter.value {
        SetterValue::Whole {
            ty: RustType::Core("NewOrderHint"),
            ..
        } => quote!(hint(#json)?),
        SetterValue::Whole { ty, .. } => {
            let ty = read_type(ty);
            quote!(read::<#ty>(#json)?)
        }
        SetterValue::Object { edit, .. } => {
            let function = format_ident!("{}", edit.to_snake_case());
            quote!(#function(object(#json)?)?)
        }
        SetterValue::Objects { edit, .. } => {
            let function = format_ident!("{}", edit.to_snake_case());
            quote!(list(#json, #function)?)
        }
        // Lowering lets no open type be required.
        SetterValue::Members { .. } => quote!(()),
    }
}

fn key_type(key: &RustType) -> TokenStream {
    match key {
        RustType::Id(_) => quote!(Id),
        RustType::Core(name) => {
            let name = ident(name);
            quote!(#name)
        }
        _ => quote!(String),
    }
}

fn read_type(ty: &RustType) -> TokenStream {
    match ty {
        RustType::Bool => quote!(bool),
        RustType::Integer(name) | RustType::Float(name) | RustType::Core(name) => {
            let name = ident(name);
            quote!(#name)
        }
        RustType::Text => quote!(String),
        RustType::Model(name) => {
            let name = ident(name);
            quote!(#name)
        }
        RustType::Id(of) => {
            let of = ident(of);
            quote!(Id<#of>)
        }
        RustType::Flags(name) => {
            let name = ident(name);
            quote!(Flags<#name>)
        }
        RustType::Versioned(name) => {
            let name = ident(name);
            quote!(Versioned<#name>)
        }
        RustType::List(item) => {
            let item = read_type(item);
            quote!(Vec<#item>)
        }
        RustType::Boxed(inner) => read_type(inner),
    }
}

//! Emission: each item of the plan becomes the text of one file. Nothing is decided here.

mod builder;
mod crate_root;
mod enumeration;
mod marker;
mod open_map;
mod record;
mod union;
mod write;

use std::collections::BTreeMap;

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::{
    Diagnostic, Diagnostics, format,
    plan::{ModelItem, Plan, RustType},
};

/// The file that declares the modules of all items.
const MODULES: &str = "generated.rs";

/// Files by their path below a crate's `src`.
pub(crate) type Files = BTreeMap<String, String>;

/// The files of the model crate.
pub(crate) fn model(plan: &Plan) -> Result<Files, Diagnostics> {
    let mut files = Files::new();
    for item in &plan.model {
        let text = match item {
            ModelItem::Record(record) => format::file(record::emit(record)),
            ModelItem::Enum(enumeration) => format::file(enumeration::emit(enumeration)),
            ModelItem::Union(union) => format::file(union::emit(union)),
            ModelItem::OpenMap(map) => format::file(open_map::emit(map)),
            ModelItem::Write(write) => format::file(write::emit(write)),
            ModelItem::Marker(marker) => format::plain_file(marker::emit(marker)),
        };
        insert(&mut files, file_name(item.name()), text)?;
    }
    let names = plan.model.iter().map(ModelItem::name);
    insert(
        &mut files,
        MODULES.to_owned(),
        format::plain_file([crate_root::modules(names)]),
    )?;
    insert(&mut files, "lib.rs".to_owned(), format::plain_file(crate_root::model()))?;
    Ok(files)
}

/// The files of the request crate, which names the types of the model crate.
pub(crate) fn request(plan: &Plan, model: &str) -> Result<Files, Diagnostics> {
    let model = ident(model);
    let mut files = Files::new();
    for builder in &plan.builders {
        let mut items = builder::emit(builder);
        if items.iter().any(|item| item.to_string().contains("model ::")) {
            items.insert(0, quote!(use #model as model;));
        }
        insert(&mut files, file_name(&builder.name), format::file(items))?;
    }
    let names = plan.builders.iter().map(|builder| &*builder.name);
    let modules = [
        crate_root::modules(names),
        crate_root::options(plan),
        crate_root::operations(plan),
    ];
    insert(&mut files, MODULES.to_owned(), format::plain_file(modules))?;
    insert(
        &mut files,
        "lib.rs".to_owned(),
        format::plain_file(crate_root::request(plan)),
    )?;
    let version = format!("{}.rs", plan.version.module());
    insert(
        &mut files,
        version,
        format::plain_file(crate_root::version(plan, &model)),
    )?;
    Ok(files)
}

fn insert(files: &mut Files, path: String, text: syn::Result<String>) -> Result<(), Diagnostics> {
    let complaint = |error: syn::Error| {
        let message = format!("what would be generated is not Rust: {error}");
        Diagnostic::of(
            &path,
            message,
            "this is a defect of the generator; a narrower root may avoid it",
        )
    };
    let text = text.map_err(complaint)?;
    files.insert(path, text);
    Ok(())
}

/// The module of an item; a keyword is none.
fn module_name(name: &str) -> String {
    let module = name.to_snake_case();
    if syn::parse_str::<Ident>(&module).is_err() {
        return format!("{module}_");
    }
    module
}

fn file_name(name: &str) -> String {
    format!("generated/{}.rs", module_name(name))
}

/// An identifier; raw where the name says so.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
}

fn idents<'n>(names: impl IntoIterator<Item = &'n str>) -> Vec<Ident> {
    names.into_iter().map(ident).collect()
}

/// Documentation, a line each.
fn docs(lines: &[String]) -> TokenStream {
    let lines = lines.iter().map(|line| {
        if line.is_empty() {
            String::new()
        } else {
            format!(" {line}")
        }
    });
    quote!(#(#[doc = #lines])*)
}

/// How a file names the types of the model.
#[derive(Clone, Copy)]
enum Scope<'a> {
    /// A file of the model crate, that declares this type itself.
    Model(Option<&'a str>),
    /// A file of the request crate.
    Request,
}

impl<'a> Scope<'a> {
    /// A file of the model crate that declares no type which others name.
    const MODEL: Self = Self::Model(None);
    const REQUEST: Self = Self::Request;

    /// The file that declares this type.
    fn of(own: &'a str) -> Self {
        Self::Model(Some(own))
    }

    /// The path of a type of the model.
    fn name(self, name: &str) -> TokenStream {
        let path = ident(name);
        match self {
            Self::Model(Some(own)) if own == name => quote!(#path),
            Self::Model(_) => quote!(super::#path),
            Self::Request => quote!(model::#path),
        }
    }

    /// A type.
    fn ty(self, ty: &RustType) -> TokenStream {
        match ty {
            RustType::Bool => quote!(bool),
            RustType::Integer(name) | RustType::Float(name) | RustType::Core(name) => {
                let name = ident(name);
                quote!(#name)
            }
            RustType::Text => quote!(String),
            RustType::Model(name) => self.name(name),
            RustType::Id(of) => {
                let of = self.name(of);
                quote!(Id<#of>)
            }
            RustType::Versioned(entity) => {
                let entity = self.name(entity);
                quote!(Versioned<#entity>)
            }
            RustType::List(item) => {
                let item = self.ty(item);
                quote!(Vec<#item>)
            }
            RustType::Boxed(inner) => {
                let inner = self.ty(inner);
                quote!(Box<#inner>)
            }
        }
    }
}

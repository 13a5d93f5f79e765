//! Emission: each item of the plan becomes the text of one file. Nothing is decided here.

mod builder;
mod cfg;
mod crate_root;
pub(crate) mod driver;
mod enumeration;
mod marker;
mod open_map;
mod record;
pub(crate) mod tables;
mod union;
mod write;

use std::{collections::BTreeMap, num::NonZero, panic::resume_unwind, thread};

use heck::ToSnakeCase;
use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use self::{cfg::Cfg, crate_root::Module};
use crate::{
    Diagnostic, Diagnostics, format,
    plan::{Gate, Gated, ModelItem, Plan, RustType},
};

/// The file that declares the modules of all items.
const MODULES: &str = "generated.rs";

/// Files by their path below a crate's `src`.
pub(crate) type Files = BTreeMap<String, String>;

/// The files of the model crate.
pub(crate) fn model(plan: &Plan) -> Result<Files, Diagnostics> {
    let mut files = Files::new();
    let cfg = Cfg::of(plan);
    let texts = in_parallel(&plan.model, |Gated { gate, item }| match item {
        ModelItem::Record(record) => format::file(record::emit(record)),
        ModelItem::Enum(enumeration) => format::file(enumeration::emit(enumeration)),
        ModelItem::Union(union) => format::file(union::emit(union)),
        ModelItem::OpenMap(map) => format::file(open_map::emit(map)),
        ModelItem::Write(write) => format::file(write::emit(write, gate, &cfg)),
        ModelItem::Marker(marker) => format::plain_file(marker::emit(marker)),
    });
    let mut modules = Vec::new();
    for (Gated { gate, item }, text) in plan.model.iter().zip(texts) {
        insert(&mut files, file_name(gate, item.name()), text)?;
        // What several features use is always there: types alone do no harm.
        let gate = match gate.feature() {
            Some(_) => gate.clone(),
            None => Gate::OPEN,
        };
        modules.push(Module::new(gate, item.name()));
    }
    for (path, items) in crate_root::groups(&modules, &cfg, |_| Vec::new()) {
        insert(&mut files, path, format::plain_file(items))?;
    }
    insert(
        &mut files,
        "lib.rs".to_owned(),
        format::plain_file(crate_root::model(plan)),
    )?;
    Ok(files)
}

/// The files of the request crate, which names the types of the model crate.
pub(crate) fn request(plan: &Plan, model: &str) -> Result<Files, Diagnostics> {
    let model = ident(model);
    let mut files = Files::new();
    let cfg = Cfg::of(plan);
    let texts = in_parallel(&plan.builders, |Gated { gate, item }| {
        format::file_of(&quote!(crate::prelude), builder::emit(item, gate, &cfg))
    });
    let mut modules = Vec::new();
    for (Gated { gate, item: builder }, text) in plan.builders.iter().zip(texts) {
        insert(&mut files, file_name(gate, &builder.name), text)?;
        modules.push(Module::new(gate.clone(), &builder.name));
    }
    let tables = |feature: Option<&str>| crate_root::tables(plan, feature, &cfg);
    for (path, items) in crate_root::groups(&modules, &cfg, tables) {
        insert(&mut files, path, format::plain_file(items))?;
    }
    let root = crate_root::request(plan, &model, &cfg);
    insert(&mut files, "lib.rs".to_owned(), format::plain_file(root))?;
    for (number, version) in plan.versions.iter().enumerate() {
        let items = crate_root::version(plan, number, *version, &cfg);
        insert(
            &mut files,
            format!("{}.rs", version.module()),
            format::plain_file(items),
        )?;
    }
    Ok(files)
}

/// The texts of all items, in their order. All of Graph is thousands of files, each for itself.
fn in_parallel<T: Sync>(items: &[T], text: impl Fn(&T) -> Text + Sync) -> Vec<Text> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let size = items.len().div_ceil(threads).max(FEW);
    thread::scope(|scope| {
        let chunks = items.chunks(size);
        let running: Vec<_> = chunks
            .map(|chunk| scope.spawn(|| chunk.iter().map(&text).collect::<Vec<_>>()))
            .collect();
        let done = running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        done.flatten().collect()
    })
}

/// For fewer files than these no thread is worth its start.
const FEW: usize = 64;

/// The text of a file, or that what was emitted is no Rust, in words: an error of syn's stays in its thread.
type Text = Result<String, String>;

fn insert(files: &mut Files, path: String, text: Text) -> Result<(), Diagnostics> {
    let complaint = |error: String| {
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
    let underscores = name.len() - name.trim_end_matches('_').len();
    let module = name.to_snake_case() + &"_".repeat(underscores);
    if module.starts_with(|first: char| first.is_ascii_digit()) {
        // Not what the item itself is called.
        return format!("_{module}_");
    }
    // `gen` is a keyword of the edition that syn does not know.
    if module == "gen" || syn::parse_str::<Ident>(&module).is_err() {
        return format!("{module}_");
    }
    module
}

/// Where an item is: in the folder of its feature, if it has one.
fn file_name(gate: &Gate, name: &str) -> String {
    match gate.feature() {
        Some(feature) => format!("generated/{}/{}.rs", module_name(feature), module_name(name)),
        None => format!("generated/{}.rs", module_name(name)),
    }
}

/// An identifier; raw where the name says so.
fn ident(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(raw) => Ident::new_raw(raw, Span::call_site()),
        None => Ident::new(name, Span::call_site()),
    }
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
            Self::Model(_) => quote!(crate::#path),
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
            RustType::Flags(name) => {
                let name = self.name(name);
                quote!(Flags<#name>)
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

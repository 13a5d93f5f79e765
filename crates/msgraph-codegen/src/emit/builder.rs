use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    Scope,
    cfg::{self, Cfg},
    docs, ident,
};
use crate::plan::{
    Answer, Argument, Body, Builder, Child, Gate, Key, KeyPart, Operation, RustType, Shortcut, Versions,
};

/// The builder of the requests to one path, and the facts of its operations.
pub(super) fn emit(builder: &Builder, gate: &Gate, cfg: &Cfg<'_>) -> Vec<TokenStream> {
    let name = ident(&builder.name);
    let lines = docs(&builder.docs);
    let path = format!(" `{}`", builder.path);
    let is_everywhere = |versions: Versions| versions == Versions::ALL;
    let (everywhere, confined): (Vec<_>, Vec<_>) = builder
        .children
        .iter()
        .partition(|child| is_everywhere(child.gate.versions));
    let children = everywhere.into_iter().map(|child| step(child, &quote!(V), gate, cfg));
    let requests = builder
        .operations
        .iter()
        .filter(|operation| is_everywhere(operation.gate.versions));
    let requests = requests.map(|operation| request(operation, gate, cfg));
    let retired = cfg::retired(builder.retired.as_ref());
    let short = short_forms(builder);
    let mut items = vec![
        quote! {
            #lines
            #[doc = ""]
            #[doc = #path]
            #[derive(Debug, Clone)]
            #retired
            pub struct #name<V> {
                path: Path<V>,
            }
        },
        quote! {
            impl<V: ApiVersion> #name<V> {
                pub(crate) fn new(path: Path<V>) -> Self {
                    Self { path }
                }

                #(#children)*
                #(#requests)*
                #short
            }
        },
    ];
    for (number, marker) in [(0, quote!(V1)), (1, quote!(Beta))] {
        let is_here = |versions: Versions| !is_everywhere(versions) && versions.has(number);
        let children = confined.iter().filter(|child| is_here(child.gate.versions));
        let mut methods: Vec<_> = children.map(|child| step(child, &marker, gate, cfg)).collect();
        let requests = builder
            .operations
            .iter()
            .filter(|operation| is_here(operation.gate.versions));
        methods.extend(requests.map(|operation| request(operation, gate, cfg)));
        if !methods.is_empty() {
            let attribute = cfg.of_part(Versions::only(number), gate);
            items.push(quote!(#attribute impl #name<#marker> { #(#methods)* }));
        }
    }
    items.extend(builder.shortcuts.iter().map(|shortcut| {
        let attribute = cfg.of_part(shortcut.versions, gate);
        shortcut_impl(shortcut, &attribute)
    }));
    for operation in &builder.operations {
        let attribute = cfg.attribute(&operation.gate, gate);
        items.extend(options(operation, &attribute));
    }
    for operation in &builder.operations {
        let attribute = cfg.attribute(&operation.gate, gate);
        items.push(facts(operation, &attribute));
    }
    items
}

/// A method that leads to another builder, of this version.
fn step(child: &Child, version: &TokenStream, within: &Gate, cfg: &Cfg<'_>) -> TokenStream {
    // What surrounds it has the feature of the version.
    let gate = Gate {
        versions: Versions::ALL,
        ..child.gate.clone()
    };
    let (attribute, retired) = (cfg.attribute(&gate, within), cfg::retired(child.retired.as_ref()));
    let lines = docs(&child.docs);
    let (method, builder) = (ident(&child.method), ident(&child.builder));
    let (parameters, segments) = way(child);
    quote! {
        #lines
        #attribute
        #retired
        pub fn #method(self, #parameters) -> crate::#builder<#version> {
            crate::#builder::new(self.path #segments)
        }
    }
}

/// What a step takes, and what it adds to the path.
pub(super) fn way(child: &Child) -> (TokenStream, TokenStream) {
    let segment = &child.segment;
    let parts = match &child.key {
        None => return (quote!(), quote!(.segment(#segment))),
        Some(Key::Segment(of)) => {
            let of = ident(of);
            return (quote!(id: &Id<model::#of>), quote!(.segment(#segment).id(id)));
        }
        Some(Key::Parentheses(parts)) => parts,
    };
    let parameters = parts.iter().map(|part| {
        let name = ident(&part.name);
        match &part.ty {
            RustType::Id(of) => {
                let of = ident(of);
                quote!(#name: &Id<model::#of>)
            }
            RustType::Text => quote!(#name: &str),
            ty => {
                let ty = Scope::REQUEST.ty(ty);
                quote!(#name: #ty)
            }
        }
    });
    let parameters = quote!(#(#parameters),*);
    let value = |part: &KeyPart| {
        let name = ident(&part.name);
        match part.ty {
            RustType::Id(_) if !part.quoted => quote!(#name.as_str()),
            _ => quote!(&#name.literal()),
        }
    };
    let segments = match parts.as_slice() {
        [part] => {
            let value = value(part);
            quote!(.segment(#segment).key(#value))
        }
        parts => {
            let parts = parts.iter().map(|part| {
                let (name, wire) = (ident(&part.name), &part.wire);
                quote!((#wire, #name.literal()))
            });
            quote!(.call(#segment, &[#(#parts),*]))
        }
    };
    (parameters, segments)
}

fn request(operation: &Operation, within: &Gate, cfg: &Cfg<'_>) -> TokenStream {
    let lines = docs(&operation.docs);
    // What surrounds it has the feature of the version.
    let attribute = cfg.attribute(
        &Gate {
            versions: Versions::ALL,
            ..operation.gate.clone()
        },
        within,
    );
    let (name, entity, facts) = (ident(&operation.name), ident(&operation.entity), facts_name(operation));
    let scope = Scope::REQUEST;
    let mut parameters = vec![quote!(self)];
    let mut steps = Vec::new();
    if operation.if_match {
        parameters.push(quote!(etag: &ETag<model::#entity>));
        steps.push(quote!(.if_match(etag)));
    }
    if let Some(filter) = &operation.filter {
        let (parameter, id_of) = (ident(&filter.parameter), ident(&filter.id_of));
        let wire = &filter.wire;
        parameters.push(quote!(#parameter: &Id<model::#id_of>));
        steps.push(quote!(.filter_equals(#wire, #parameter.as_str())));
    }
    for argument in &operation.arguments {
        let (name, ty) = (ident(&argument.name), scope.ty(&argument.ty));
        let alias = format!("@{}", argument.wire);
        parameters.push(match argument.ty {
            RustType::Text => quote!(#name: &str),
            _ => quote!(#name: #ty),
        });
        if argument.is_object && !matches!(argument.ty, RustType::List(_)) {
            steps.push(quote!(.query_object(#alias, #name)));
        } else if argument.is_object {
            steps.push(quote!(.query_objects(#alias, #name)));
        } else if !is_expression(argument) {
            steps.push(quote!(.query_argument(#alias, &#name)));
        }
    }
    match &operation.body {
        Body::None => {}
        Body::Edit(edit) | Body::TypedEdit(edit) => {
            let (parameter, edit) = (ident(&operation.name), ident(edit));
            let body_from = match operation.body {
                Body::TypedEdit(_) => quote!(typed_body_from),
                _ => quote!(body_from),
            };
            parameters.push(quote!(#parameter: model::#edit));
            if operation.representation {
                steps.push(quote!(.prefer("return=representation")));
            }
            steps.push(quote!(.#body_from(#parameter)));
        }
        Body::Parameters(arguments) => {
            let mut sets = Vec::new();
            for argument in arguments {
                let (name, wire, ty) = (ident(&argument.name), &argument.wire, scope.ty(&argument.ty));
                let ty = match argument.ty {
                    RustType::Text => quote!(&str),
                    _ => ty,
                };
                parameters.push(if argument.optional {
                    quote!(#name: Option<#ty>)
                } else {
                    quote!(#name: #ty)
                });
                let is_list = matches!(argument.ty, RustType::List(_));
                sets.push(match (argument.is_object, is_list, argument.optional) {
                    (true, true, true) => quote!(.set_objects(#wire, #name)),
                    (true, true, false) => quote!(.set_objects(#wire, Some(#name))),
                    (true, false, true) => quote!(.set_object(#wire, #name)),
                    (true, false, false) => quote!(.set_object(#wire, Some(#name))),
                    (false, _, true) => quote!(.set(#wire, #name)),
                    (false, _, false) => quote!(.set(#wire, Some(#name))),
                });
            }
            if !sets.is_empty() {
                steps.push(quote!(.body_from_arguments(Arguments::new()#(#sets)*)));
            }
        }
        Body::Content => {
            parameters.push(quote!(content: impl Into<Vec<u8>>));
            steps.push(quote!(.body_from_content(content)));
        }
        Body::Part => {
            parameters.push(quote!(part: UploadPart));
            steps.push(quote!(.body_from_part(part)));
        }
    }
    let answer = answer(operation);
    let taken = options_name(operation).map(|options| quote!(, #options));
    let segment = segment(operation);
    quote! {
        #lines
        #attribute
        pub fn #name(#(#parameters),*) -> Request<#answer #taken> {
            Request::new(&#facts, self.path #segment) #(#steps)*
        }
    }
}

/// The type that a request is answered with.
fn answer(operation: &Operation) -> TokenStream {
    let scope = Scope::REQUEST;
    match &operation.answer {
        Answer::Nothing => quote!(()),
        Answer::One(ty) => scope.ty(ty),
        Answer::Page(ty) => {
            let ty = scope.ty(ty);
            quote!(Page<#ty>)
        }
        Answer::Changes(entity) => {
            let entity = ident(entity);
            quote!(DeltaPage<model::#entity>)
        }
        Answer::Start(entity) => {
            let entity = ident(entity);
            quote!(DeltaStart<model::#entity>)
        }
        Answer::Content => quote!(Content),
        Answer::Uploaded => quote!(Uploaded),
    }
}

/// The segment after the path of the builder, for a function, an action or a stream.
fn segment(operation: &Operation) -> Option<TokenStream> {
    let segment = operation.segment.as_ref()?;
    if operation.arguments.is_empty() && !operation.parentheses {
        return Some(quote!(.segment(#segment)));
    }
    let expressions = operation.arguments.iter().map(|argument| {
        let (name, wire) = (ident(&argument.name), &argument.wire);
        if is_expression(argument) {
            quote!((#wire, #name.literal()))
        } else {
            let alias = format!("@{wire}");
            quote!((#wire, #alias.to_owned()))
        }
    });
    Some(quote!(.call(#segment, &[#(#expressions),*])))
}

/// Whether an argument of a function stands in the path; a list or an object is JSON in the query.
fn is_expression(argument: &Argument) -> bool {
    match &argument.ty {
        RustType::Core(name) => *name != "Raw",
        RustType::Model(_) => !argument.is_object && !argument.is_complex,
        RustType::Bool | RustType::Integer(_) | RustType::Float(_) | RustType::Text | RustType::Flags(_) => true,
        RustType::Id(_) | RustType::List(_) | RustType::Boxed(_) | RustType::Versioned(_) => false,
    }
}

/// The writes that take one versioned value, at the builder where their paths begin.
fn short_forms(builder: &Builder) -> TokenStream {
    let update = builder.updates.then(|| {
        quote! {
            /// Updates an object as it was read: its id and its ETag come from that one value.
            pub fn update<T: UpdateIn<Self>>(
                self,
                current: &Versioned<T>,
                update: T::Update,
            ) -> Request<Versioned<T>> {
                request::update(self, current, update)
            }
        }
    });
    let delete = builder.deletes.then(|| {
        quote! {
            /// Deletes an object as it was read: its id and its ETag come from that one value.
            pub fn delete<T: DeleteIn<Self>>(
                self,
                current: &Versioned<T>,
            ) -> Request<()> {
                request::delete(self, current)
            }
        }
    });
    quote!(#update #delete)
}

fn shortcut_impl(shortcut: &Shortcut, attribute: &TokenStream) -> TokenStream {
    let (generics, version) = match (shortcut.versions.has(0), shortcut.versions.has(1)) {
        (true, false) => (quote!(), quote!(V1)),
        (false, true) => (quote!(), quote!(Beta)),
        _ => (quote!(<V: ApiVersion>), quote!(V)),
    };
    let (entity, root) = (ident(&shortcut.entity), ident(&shortcut.root));
    let steps = shortcut.steps.iter().map(|(method, takes_id)| {
        let method = ident(method);
        if *takes_id {
            quote!(.#method(id))
        } else {
            quote!(.#method())
        }
    });
    match &shortcut.update {
        Some(update) => {
            let update = ident(update);
            quote! {
                #attribute
                impl #generics UpdateIn<crate::#root<#version>> for model::#entity {
                    type Update = model::#update;

                    fn update_in(
                        root: crate::#root<#version>,
                        id: &Id<Self::Key>,
                        etag: &ETag<Self>,
                        update: Self::Update,
                    ) -> Request<Versioned<Self>>
                    {
                        root #(#steps)* .update(etag, update)
                    }
                }
            }
        }
        None => quote! {
            #attribute
            impl #generics DeleteIn<crate::#root<#version>> for model::#entity {
                fn delete_in(
                    root: crate::#root<#version>,
                    id: &Id<Self::Key>,
                    etag: &ETag<Self>,
                ) -> Request<()> {
                    root #(#steps)* .delete(etag)
                }
            }
        },
    }
}

/// The query options that an operation takes, as a type.
fn options(operation: &Operation, attribute: &TokenStream) -> Option<TokenStream> {
    let name = options_name(operation)?;
    let line = format!(" The query options of `{} {}`.", operation.method, operation.path);
    let options = taken(operation).map(ident);
    Some(quote! {
        #[doc = #line]
        #attribute
        #[derive(Debug)]
        pub enum #name {}
        #(#attribute impl Takes<option::#options> for #name {})*
    })
}

/// Those that a caller gives; a filter that the service insists on is an argument.
pub(super) fn taken(operation: &Operation) -> impl Iterator<Item = &str> {
    let options = operation.query_options.iter().map(String::as_str);
    options.filter(|option| *option != "Filter" || operation.filter.is_none())
}

pub(super) fn options_name(operation: &Operation) -> Option<Ident> {
    taken(operation).next().map(|_| ident(&operation.options))
}

/// The static that holds what is known of an operation.
fn facts(operation: &Operation, attribute: &TokenStream) -> TokenStream {
    let name = facts_name(operation);
    let (constructor, path) = (ident(operation.method.constructor()), &operation.path);
    let if_match = operation.if_match.then(|| quote!(.if_match()));
    let replay = operation.replay.as_ref().map(|replay| {
        let replay = ident(replay);
        quote!(.replay(Replay::#replay))
    });
    let clouds: Vec<_> = operation.clouds.iter().map(|cloud| ident(cloud)).collect();
    let clouds = (!clouds.is_empty()).then(|| quote!(.clouds(&[#(Cloud::#clouds),*])));
    let only_in = cfg::only_in(operation.gate.versions);
    let options = operation.query_options.iter().filter(|option| *option != "MaxPageSize");
    let options: Vec<_> = options.map(|option| ident(option)).collect();
    let options = (!options.is_empty()).then(|| quote!(.query_options(&[#(QueryOption::#options),*])));
    let known = operation.permissions.iter().any(Option::is_some);
    let least = operation
        .permissions
        .iter()
        .map(|name| name.as_deref().unwrap_or_default());
    let permissions = known.then(|| quote!(.permissions([#(#least),*])));
    let aliases = operation.aliases.iter().map(|(of, alias)| quote!((#of, #alias)));
    let aliases = (!operation.aliases.is_empty()).then(|| quote!(.aliases(&[#(#aliases),*])));
    let reference = operation.reference.as_ref().map(|page| quote!(.reference(#page)));
    quote! {
        #attribute
        pub(crate) static #name: Operation =
            Operation::#constructor(#path)
                #only_in #aliases #if_match #replay #options #permissions #clouds #reference;
    }
}

fn facts_name(operation: &Operation) -> Ident {
    ident(&operation.facts)
}

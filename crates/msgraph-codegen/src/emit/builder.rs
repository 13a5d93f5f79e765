use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{Scope, docs, ident};
use crate::plan::{Answer, Body, Builder, Child, Method, Operation, Shortcut};

/// The builder of the requests to one path, and the facts of its operations.
pub(super) fn emit(builder: &Builder) -> Vec<TokenStream> {
    let name = ident(&builder.name);
    let lines = docs(&builder.docs);
    let path = format!(" `{}`", builder.path);
    let children = builder.children.iter().map(step);
    let requests = builder.operations.iter().map(request);
    let short = short_forms(builder);
    let mut items = vec![
        quote! {
            #lines
            #[doc = ""]
            #[doc = #path]
            #[derive(Debug, Clone)]
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
    items.extend(builder.shortcuts.iter().map(shortcut_impl));
    items.extend(builder.operations.iter().filter_map(options));
    items.extend(builder.operations.iter().map(facts));
    items
}

/// A method that leads to another builder.
fn step(child: &Child) -> TokenStream {
    let lines = docs(&child.docs);
    let (method, builder, segment) = (ident(&child.method), ident(&child.builder), &child.segment);
    match &child.key {
        None => quote! {
            #lines
            pub fn #method(self) -> crate::#builder<V> {
                crate::#builder::new(self.path.segment(#segment))
            }
        },
        Some(key) => {
            let key = ident(key);
            quote! {
                #lines
                pub fn #method(self, id: &Id<model::#key>) -> crate::#builder<V> {
                    crate::#builder::new(self.path.segment(#segment).id(id))
                }
            }
        }
    }
}

fn request(operation: &Operation) -> TokenStream {
    let lines = docs(&operation.docs);
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
    match &operation.body {
        Body::None => {}
        Body::Edit(edit) | Body::TypedEdit(edit) => {
            let (parameter, edit) = (ident(&operation.name), ident(edit));
            let body_from = match operation.body {
                Body::TypedEdit(_) => quote!(typed_body_from),
                _ => quote!(body_from),
            };
            parameters.push(quote!(#parameter: model::#edit));
            if operation.method == Method::Patch {
                steps.push(quote!(.prefer("return=representation")));
            }
            steps.push(quote!(.#body_from(#parameter)));
        }
        Body::Parameters(arguments) => {
            let mut sets = Vec::new();
            for argument in arguments {
                let (name, wire, ty) = (ident(&argument.name), &argument.wire, scope.ty(&argument.ty));
                parameters.push(if argument.optional {
                    quote!(#name: Option<#ty>)
                } else {
                    quote!(#name: #ty)
                });
                sets.push(if argument.is_object {
                    quote!(.set_object(#wire, #name))
                } else {
                    quote!(.set(#wire, #name))
                });
            }
            if !sets.is_empty() {
                steps.push(quote!(.body_from_arguments(Arguments::new()#(#sets)*)));
            }
        }
    }
    let answer = match &operation.answer {
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
    };
    let taken = options_name(operation).map(|options| quote!(, #options));
    let segment = operation.segment.as_ref().map(|segment| quote!(.segment(#segment)));
    quote! {
        #lines
        pub fn #name(#(#parameters),*) -> Request<#answer #taken> {
            Request::new(&#facts, self.path #segment) #(#steps)*
        }
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

fn shortcut_impl(shortcut: &Shortcut) -> TokenStream {
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
                impl<V: ApiVersion> UpdateIn<crate::#root<V>> for model::#entity {
                    type Update = model::#update;

                    fn update_in(
                        root: crate::#root<V>,
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
            impl<V: ApiVersion> DeleteIn<crate::#root<V>> for model::#entity {
                fn delete_in(
                    root: crate::#root<V>,
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
fn options(operation: &Operation) -> Option<TokenStream> {
    let name = options_name(operation)?;
    let line = format!(" The query options of `{} {}`.", operation.method, operation.path);
    let options = taken(operation).map(ident);
    Some(quote! {
        #[doc = #line]
        #[derive(Debug)]
        pub enum #name {}
        #(impl Takes<option::#options> for #name {})*
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
fn facts(operation: &Operation) -> TokenStream {
    let (name, method, path) = (
        facts_name(operation),
        ident(operation.method.variant()),
        &operation.path,
    );
    let if_match = operation.if_match.then(|| quote!(.if_match().replay(Replay::Checked)));
    let options: Vec<_> = operation.query_options.iter().map(|option| ident(option)).collect();
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
        pub(crate) static #name: Operation =
            Operation::new(Method::#method, #path)
                #aliases #if_match #options #permissions #reference;
    }
}

fn facts_name(operation: &Operation) -> Ident {
    ident(&operation.facts)
}

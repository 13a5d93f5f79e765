mod fields;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{
    Scope,
    cfg::{self, Cfg},
    docs, ident,
};
use crate::plan::{Gate, MemberValue, Removal, RustType, Setter, SetterValue, Write};

/// A type that is sent: what it needs from the start, and a method for each change.
pub(super) fn emit(write: &Write, gate: &Gate, cfg: &Cfg<'_>) -> Vec<TokenStream> {
    let name = ident(&write.name);
    let record = ident(&write.record);
    let lines = docs(&write.docs);
    let derives = if write.required.is_empty() {
        quote!(Debug, Clone, Default, PartialEq)
    } else {
        quote!(Debug, Clone, PartialEq)
    };
    let setters = write.setters.iter().map(|setter| {
        let attribute = cfg.of_part(setter.versions, gate);
        let retired = cfg::retired(setter.retired.as_ref());
        methods(&record, setter, &quote!(#attribute #retired))
    });
    let retired = cfg::retired(write.retired.as_ref());
    let constructor = constructor(write);
    let open = write.open.then(|| {
        quote! {
            /// Sets a property that the type does not declare.
            pub fn property(mut self, name: &str, value: impl Serialize) -> Self {
                self.0.set_open(name, value);
                self
            }
        }
    });
    let mut items = vec![
        quote!(use crate::#record;),
        quote! {
            #lines
            #retired
            #[derive(#derives)]
            pub struct #name(Patch<#record>);
        },
        quote!(impl #name { #constructor #(#setters)* #open }),
        quote! {
            impl Edit for #name {
                type Record = #record;

                fn into_patch(self) -> Patch<#record> {
                    self.0
                }
            }
        },
    ];
    items.push(fields::emit(write, gate, cfg));
    items.extend(from_single(write));
    items
}

/// The property that a setter sets, confined where the setter is and the property is not.
fn constant(setter: &Setter) -> TokenStream {
    let constant = ident(&setter.constant);
    let confined = setter.confined.then(|| cfg::only_in(setter.versions));
    quote!(#constant #confined)
}

fn constructor(write: &Write) -> TokenStream {
    let record = ident(&write.record);
    if write.required.is_empty() {
        return quote! {
            /// Nothing is set and nothing cleared yet.
            pub fn new() -> Self {
                Self::default()
            }
        };
    }
    let parameters = write.required.iter().map(|setter| {
        let (name, ty) = (ident(&setter.field), setter_type(setter));
        quote!(#name: #ty)
    });
    let sets = write.required.iter().map(|setter| {
        let set = set(&record, setter, &ident(&setter.field));
        quote!(patch.#set;)
    });
    quote! {
        /// Sets what the service insists on.
        pub fn new(#(#parameters),*) -> Self {
            let mut patch = Patch::default();
            #(#sets)*
            Self(patch)
        }
    }
}

/// Where one value is all that is needed, it can stand for the whole.
fn from_single(write: &Write) -> Option<TokenStream> {
    let [setter] = write.required.as_slice() else {
        return None;
    };
    let (name, field) = (ident(&write.name), ident(&setter.field));
    let ty = match &setter.value {
        SetterValue::Whole { ty: RustType::Text, .. } => quote!(String),
        SetterValue::Whole {
            ty: RustType::Core("DateTimeOffset"),
            ..
        } => quote!(DateTimeOffset),
        _ => setter_type(setter),
    };
    Some(quote! {
        impl From<#ty> for #name {
            fn from(#field: #ty) -> Self {
                Self::new(#field)
            }
        }
    })
}

/// The type of the parameter that a setter takes: generous where something converts.
fn setter_type(setter: &Setter) -> TokenStream {
    match &setter.value {
        SetterValue::Whole { ty, .. } => {
            let exact = Scope::MODEL.ty(ty);
            match ty {
                RustType::Text | RustType::Core("DateTimeOffset") => quote!(impl Into<#exact>),
                // By reference, so that no text is taken for an id.
                RustType::Id(_) => quote!(&#exact),
                _ => exact,
            }
        }
        SetterValue::Object { edit, .. } => Scope::MODEL.name(edit),
        SetterValue::Objects { edit, .. } => {
            let edit = Scope::MODEL.name(edit);
            quote!(impl IntoIterator<Item = #edit>)
        }
        // Lowering lets no open type be required.
        SetterValue::Members { key, .. } => Scope::MODEL.ty(key),
    }
}

/// The call that sets a property to a value.
fn set(record: &Ident, setter: &Setter, value: &Ident) -> TokenStream {
    let constant = constant(setter);
    match &setter.value {
        SetterValue::Whole { ty, .. } => {
            let exact = Scope::MODEL.ty(ty);
            quote!(set::<#exact>(#record::#constant, #value))
        }
        SetterValue::Objects { typed: true, .. } => quote!(set_typed_objects(#record::#constant, #value)),
        SetterValue::Objects { .. } => quote!(set_objects(#record::#constant, #value)),
        SetterValue::Object { .. } | SetterValue::Members { .. } => quote!(set_object(#record::#constant, #value)),
    }
}

fn methods(record: &Ident, setter: &Setter, attributes: &TokenStream) -> TokenStream {
    // Rustdoc takes the `#` of a raw identifier for a fragment.
    let shown = setter.field.trim_start_matches("r#");
    let lines = docs(&setter.docs);
    let constant = constant(setter);
    let name = ident(&setter.field);
    match &setter.value {
        SetterValue::Whole { clear, .. } | SetterValue::Object { clear, .. } | SetterValue::Objects { clear, .. } => {
            let (ty, call) = (setter_type(setter), set(record, setter, &ident("value")));
            let clear = clear.as_ref().map(|clear| {
                let line = format!(" Clears [`{shown}`](Self::{shown}).");
                let clear = ident(clear);
                quote! {
                    #[doc = #line]
                    #attributes
                    pub fn #clear(mut self) -> Self {
                        self.0.clear(#record::#constant);
                        self
                    }
                }
            });
            quote! {
                #lines
                #attributes
                pub fn #name(mut self, value: #ty) -> Self {
                    self.0.#call;
                    self
                }

                #clear
            }
        }
        SetterValue::Members {
            key,
            value,
            set,
            remove,
        } => {
            let (key_type, key) = match key {
                RustType::Text => (quote!(&str), quote!(&key.to_owned())),
                key => {
                    let key = Scope::MODEL.ty(key);
                    (quote!(&#key), quote!(key))
                }
            };
            let set_line = format!(" Sets one member of [`{shown}`]({record}::{shown}).");
            let set = ident(set);
            let mut convert = TokenStream::new();
            let (parameter, call) = match value {
                MemberValue::Edit(edit) => {
                    let edit = ident(edit);
                    convert = quote!(let value: crate::#edit = value.into(););
                    (
                        quote!(, value: impl Into<crate::#edit>),
                        quote!(set_member(#record::#constant, #key, value)),
                    )
                }
                MemberValue::Plain(RustType::Text) => (
                    quote!(, value: &str),
                    quote!(set_plain_member(#record::#constant, #key, value)),
                ),
                MemberValue::Plain(ty) => {
                    let ty = Scope::MODEL.ty(ty);
                    (
                        quote!(, value: #ty),
                        quote!(set_plain_member(#record::#constant, #key, value)),
                    )
                }
                MemberValue::True => (quote!(), quote!(set_plain_member(#record::#constant, #key, true))),
            };
            let remove = remove.as_ref().map(|(name, removal)| {
                let line = format!(" Removes one member of [`{shown}`]({record}::{shown}).");
                let name = ident(name);
                let call = match removal {
                    Removal::Null => quote!(remove_member(#record::#constant, #key)),
                    Removal::False => quote!(set_plain_member(#record::#constant, #key, false)),
                };
                quote! {
                    #[doc = #line]
                    #attributes
                    pub fn #name(mut self, key: #key_type) -> Self {
                        self.0.#call;
                        self
                    }
                }
            });
            quote! {
                #[doc = #set_line]
                #[doc = ""]
                #lines
                #attributes
                pub fn #set(mut self, key: #key_type #parameter) -> Self {
                    #convert
                    self.0.#call;
                    self
                }

                #remove
            }
        }
    }
}

use proc_macro2::TokenStream;
use quote::quote;

use super::constant;
use crate::{
    emit::{Scope, cfg::Cfg, ident},
    plan::{Gate, MemberValue, Removal, RustType, Setter, SetterValue, Write},
};

/// The table of what a type may write, and how.
pub(super) fn emit(write: &Write, gate: &Gate, cfg: &Cfg<'_>) -> TokenStream {
    let (name, record) = (ident(&write.name), ident(&write.record));
    let required = write.required.iter().map(|setter| (setter, true));
    let others = write.setters.iter().map(|setter| (setter, false));
    // A property that is set by objects of one of several types is set by its methods alone.
    let others = others.filter(|(setter, _)| {
        let alike = write.setters.iter().filter(|other| other.constant == setter.constant);
        alike.count() == 1
    });
    let mut fields: Vec<_> = required.chain(others).collect();
    fields.sort_by(|(one, _), (other, _)| one.constant.cmp(&other.constant));
    let fields = fields.into_iter().map(|(setter, is_required)| {
        let attribute = cfg.of_part(setter.versions, gate);
        let how = how(&record, setter);
        let more = if is_required {
            quote!(.required())
        } else if is_clearable(&setter.value) {
            quote!(.clearable())
        } else {
            quote!()
        };
        quote!(#attribute #how #more)
    });
    let open = write.open.then(|| {
        quote!(
            const OPEN: bool = true;
        )
    });
    quote! {
        impl Writes for #name {
            const FIELDS: &'static [Writable<#record>] = &[#(#fields),*];
            #open

            fn from_patch(patch: Patch<#record>) -> Self {
                Self(patch)
            }
        }
    }
}

fn is_clearable(value: &SetterValue) -> bool {
    match value {
        SetterValue::Whole { clear, .. } | SetterValue::Object { clear, .. } | SetterValue::Objects { clear, .. } => {
            clear.is_some()
        }
        SetterValue::Members { .. } => false,
    }
}

fn how(record: &proc_macro2::Ident, setter: &Setter) -> TokenStream {
    let constant = constant(setter);
    let property = quote!(#record::#constant);
    match &setter.value {
        SetterValue::Whole {
            ty: RustType::Core("NewOrderHint"),
            ..
        } => quote!(Writable::order_hint(#property)),
        SetterValue::Whole { .. } => quote!(Writable::plain(#property)),
        SetterValue::Object { edit, .. } => {
            let edit = Scope::MODEL.name(edit);
            quote!(Writable::object::<#edit>(#property))
        }
        SetterValue::Objects { edit, typed, .. } => {
            let edit = Scope::MODEL.name(edit);
            if *typed {
                quote!(Writable::typed_objects::<#edit>(#property))
            } else {
                quote!(Writable::objects::<#edit>(#property))
            }
        }
        SetterValue::Members { value, remove, .. } => {
            let removal = match remove.as_ref().map(|(_, removal)| removal) {
                Some(Removal::Null) => quote!(MemberRemoval::Null),
                Some(Removal::False) => quote!(MemberRemoval::False),
                None => quote!(MemberRemoval::Never),
            };
            match value {
                MemberValue::Edit(edit) => {
                    let edit = ident(edit);
                    quote!(Writable::object_members::<crate::#edit>(#property, #removal))
                }
                MemberValue::Plain(RustType::Core("NewOrderHint")) => {
                    quote!(Writable::order_hint_members(#property, #removal))
                }
                MemberValue::Plain(_) => quote!(Writable::plain_members(#property, #removal)),
                MemberValue::True => quote!(Writable::flag_members(#property, #removal)),
            }
        }
    }
}

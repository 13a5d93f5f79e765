use proc_macro2::TokenStream;
use quote::quote;

use super::{Scope, docs, ident};
use crate::plan::OpenMap;

/// The open properties of an open type, under its name.
pub(super) fn emit(map: &OpenMap) -> Vec<TokenStream> {
    let name = ident(&map.name);
    let lines = docs(&map.docs);
    let scope = Scope::of(&map.name);
    let (key, value) = (scope.ty(&map.key), scope.ty(&map.value));
    vec![quote! {
        #lines
        pub type #name = OpenMap<#key, #value>;
    }]
}

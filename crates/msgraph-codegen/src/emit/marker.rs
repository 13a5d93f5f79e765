use proc_macro2::TokenStream;
use quote::quote;

use super::ident;
use crate::plan::Marker;

/// A type without values, for ids.
pub(super) fn emit(marker: &Marker) -> Vec<TokenStream> {
    let name = ident(&marker.name);
    let line = format!(" Names the entity `{}`, of which only ids occur here.", marker.entity);
    vec![quote! {
        #[doc = #line]
        #[derive(Debug)]
        pub enum #name {}
    }]
}

//! Tables of what the algebra of records is about, for the tests of its laws.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    emit::ident,
    plan::{ModelItem, Plan},
};

pub(super) fn emit(plan: &Plan) -> Vec<TokenStream> {
    let records = plan.model.iter().filter_map(|item| match &item.item {
        ModelItem::Record(record) => Some(&record.name),
        _ => None,
    });
    let records = records.map(|name| {
        let ty = ident(name);
        quote!((#name, laws::<#ty>))
    });
    let writes = plan.model.iter().filter_map(|item| match &item.item {
        ModelItem::Write(write) => Some(&write.name),
        _ => None,
    });
    let writes = writes.map(|name| {
        let ty = ident(name);
        quote!((#name, update::<#ty>))
    });
    vec![quote! {
        use msgraph_model::*;

        use crate::algebra::{Laws, Update, laws, update};

        /// Every record, by its name.
        pub static LAWS: &[(&str, Laws)] = &[#(#records),*];

        /// Every type that is sent, by its name.
        pub static UPDATES: &[(&str, Update)] = &[#(#writes),*];
    }]
}

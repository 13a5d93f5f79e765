//! When generated code is compiled, as attributes.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::plan::{Gate, Plan, Versions};

/// The features of the crates that are generated.
pub(super) struct Cfg<'p> {
    /// The feature of what is not in the first version; `None` where the crates have no features.
    later: Option<&'static str>,
    /// The features that imply it.
    implying: &'p BTreeSet<String>,
}

impl<'p> Cfg<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        let gates = plan.model.iter().map(|item| &item.gate);
        let mut gates = gates.chain(plan.builders.iter().map(|builder| &builder.gate));
        let has_features = gates.any(|gate| !gate.features.is_empty());
        let later = plan.versions.get(1).filter(|_| has_features);
        Self {
            later: later.map(|version| version.module()),
            implying: &plan.later_features,
        }
    }

    /// Whether the crates have features.
    pub(super) fn has_features(&self) -> bool {
        self.later.is_some()
    }

    /// The attribute of an item, inside of something that has its own.
    pub(super) fn attribute(&self, gate: &Gate, within: &Gate) -> TokenStream {
        let features: Vec<_> = gate.features.iter().map(String::as_str).collect();
        let any = match features.as_slice() {
            _ if gate.features == within.features => None,
            [] => None,
            [one] => Some(quote!(feature = #one)),
            many => Some(quote!(any(#(feature = #many),*))),
        };
        let implied = gate.feature().is_some_and(|feature| self.implying.contains(feature));
        let is_later = !gate.versions.has(0) && within.versions.has(0) && !implied;
        let later = self.later.filter(|_| is_later).map(|later| quote!(feature = #later));
        match (any, later) {
            (None, None) => quote!(),
            (Some(one), None) | (None, Some(one)) => quote!(#[cfg(#one)]),
            (Some(any), Some(later)) => quote!(#[cfg(all(#any, #later))]),
        }
    }

    /// The attribute of a part of an item.
    pub(super) fn of_part(&self, versions: Versions, within: &Gate) -> TokenStream {
        let gate = Gate {
            features: within.features.clone(),
            versions,
        };
        self.attribute(&gate, within)
    }
}

/// The attribute of what is retired.
pub(super) fn retired(note: Option<&String>) -> TokenStream {
    match note {
        Some(note) => quote!(#[deprecated(note = #note)]),
        None => quote!(),
    }
}

/// The versions that an item is confined to, as the runtime names them.
pub(super) fn only_in(versions: Versions) -> TokenStream {
    match (versions.has(0), versions.has(1)) {
        (true, false) => quote!(.only_in(Versions::V1)),
        (false, true) => quote!(.only_in(Versions::BETA)),
        _ => quote!(),
    }
}

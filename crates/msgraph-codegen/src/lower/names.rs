//! Names in Rust for names in metadata.

use std::collections::BTreeSet;

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::Context;
use crate::{Diagnostic, csdl::QualifiedName};

/// Names that generated files use for something else: those of `msgraph_core::prelude` and of Rust's prelude.
const TAKEN_TYPES: &[&str] = &[
    "ApiVersion",
    "Arguments",
    "Box",
    "Category",
    "DateTimeOffset",
    "Default",
    "DeleteIn",
    "DeltaPage",
    "Deserialize",
    "Deserializer",
    "ETag",
    "Edit",
    "EncodedKey",
    "Entity",
    "Err",
    "Extra",
    "From",
    "Id",
    "Into",
    "MapAccess",
    "Method",
    "NewOrderHint",
    "None",
    "Ok",
    "OpenEnum",
    "OpenMap",
    "Operation",
    "Option",
    "OrderHint",
    "Page",
    "Patch",
    "Path",
    "Property",
    "QueryOption",
    "Raw",
    "Record",
    "Replay",
    "Request",
    "Result",
    "Self",
    "Serialize",
    "Serializer",
    "Some",
    "String",
    "UpdateIn",
    "V1",
    "Values",
    "Vec",
    "Versioned",
    "VisitProperties",
];

/// Fields and methods that generated types have of their own.
const TAKEN_FIELDS: &[&str] = &["extra", "into_patch", "is_empty", "new", "patch"];

/// The Rust type for a type: its name in camel case, with an underscore where the name is taken.
pub(super) fn type_name(name: &QualifiedName) -> String {
    derived_name(name, "")
}

/// The Rust type that is made for a type and a purpose: `PlannerTaskUpdate`.
pub(super) fn derived_name(name: &QualifiedName, purpose: &str) -> String {
    let camel = guard_digit(name.name().to_upper_camel_case()) + purpose;
    if TAKEN_TYPES.contains(&&*camel) {
        camel + "_"
    } else {
        camel
    }
}

/// The field or method for a property: its name in snake case, raw where it is a keyword.
pub(super) fn field_name(name: &str) -> String {
    let snake = guard_digit(name.to_snake_case());
    match &*snake {
        // These cannot be raw identifiers.
        "self" | "super" | "crate" => format!("{snake}_"),
        taken if TAKEN_FIELDS.contains(&taken) => format!("{snake}_"),
        _ if syn::parse_str::<syn::Ident>(&snake).is_err() => format!("r#{snake}"),
        _ => snake,
    }
}

/// The constant for a property.
pub(super) fn constant_name(name: &str) -> String {
    guard_digit(name.to_shouty_snake_case())
}

/// The variant for a member of an enumeration.
pub(super) fn variant_name(name: &str) -> String {
    let camel = guard_digit(name.to_upper_camel_case());
    if camel == "Self" { "Self_".to_owned() } else { camel }
}

/// The method that is named after a word and a field: `clear_title`.
pub(super) fn method_name(word: &str, field: &str) -> String {
    format!("{word}_{}", field.trim_start_matches("r#").trim_start_matches('_'))
}

/// One of many: `tasks`, `task`. The name itself where English has no singular for it.
pub(super) fn singular(name: &str) -> String {
    let endings = [
        ("ies", "y"),
        ("sses", "ss"),
        ("xes", "x"),
        ("ches", "ch"),
        ("shes", "sh"),
    ];
    for (plural, singular) in endings {
        if let Some(stem) = name.strip_suffix(plural) {
            return format!("{stem}{singular}");
        }
    }
    match name.strip_suffix('s') {
        Some(stem) if !stem.ends_with(['s', 'u', 'i']) => stem.to_owned(),
        _ => name.to_owned(),
    }
}

fn guard_digit(name: String) -> String {
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else {
        name
    }
}

/// Complains of two items that would have one name.
pub(super) fn check_unique<'n>(context: &Context<'_>, names: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        // A file each, and file systems may not tell case apart.
        if !seen.insert(name.to_lowercase()) {
            context.complain(Diagnostic::of(
                &context.source.name,
                format!("two items would both be `{name}` in Rust"),
                "take only one of them into the slice, by a narrower root",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields() {
        let cases = [
            ("planId", "plan_id"),
            ("type", "r#type"),
            ("self", "self_"),
            ("category25", "category25"),
            ("2fa", "_2fa"),
            ("extra", "extra_"),
        ];
        for (name, field) in cases {
            assert_eq!(field_name(name), field);
        }
    }

    #[test]
    fn taken_types() {
        for (name, ty) in [("plannerTask", "PlannerTask"), ("option", "Option_"), ("self", "Self_")] {
            assert_eq!(type_name(&QualifiedName::new("graph", name)), ty);
        }
    }

    #[test]
    fn singulars() {
        let cases = [
            ("tasks", "task"),
            ("categories", "category"),
            ("addresses", "address"),
            ("boxes", "box"),
            ("status", "status"),
            ("news", "new"),
            ("all", "all"),
        ];
        for (plural, one) in cases {
            assert_eq!(singular(plural), one);
        }
    }
}

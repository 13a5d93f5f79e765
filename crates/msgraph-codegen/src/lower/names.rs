//! Names in Rust for names in metadata.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

use super::Context;
use crate::{
    Diagnostic, Reference,
    csdl::{QualifiedName, Versions},
    plan::{Body, Builder, Child, Field, Key, ModelItem, Operation, Record, RustType, Setter, SetterValue},
};

/// Names that generated files use for something else: those of `msgraph_core::prelude` and of Rust's prelude.
const TAKEN_TYPES: &[&str] = &[
    "Answer",
    "ApiVersion",
    "Beta",
    "Arguments",
    "Binary",
    "Box",
    "Category",
    "Cloud",
    "Content",
    "Date",
    "DateTimeOffset",
    "DecodeError",
    "Default",
    "DeleteIn",
    "DeltaPage",
    "DeltaStart",
    "Deserialize",
    "Deserializer",
    "Duration",
    "ETag",
    "Edit",
    "EncodedKey",
    "Entity",
    "Err",
    "Extra",
    "Flags",
    "Guid",
    "From",
    "Id",
    "Into",
    "Literal",
    "MapAccess",
    "MemberRemoval",
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
    "Polymorphic",
    "Property",
    "Queried",
    "QueryOption",
    "Raw",
    "Record",
    "Replay",
    "Reply",
    "Request",
    "Result",
    "Self",
    "Serialize",
    "Serializer",
    "Service",
    "Some",
    "String",
    "Takes",
    "TimeOfDay",
    "Tracked",
    "UpdateIn",
    "UploadPart",
    "Uploaded",
    "V1",
    "Values",
    "Vec",
    "Versioned",
    "Versions",
    "VisitProperties",
    "Writable",
    "Writes",
];

/// Methods that builders have of their own.
const TAKEN_STEPS: &[&str] = &["delete", "get", "new", "update"];

/// Fields and methods that generated types have of their own.
const TAKEN_FIELDS: &[&str] = &["default", "extra", "from_patch", "into_patch", "new", "property"];

/// The Rust names of the types in a slice. Of two types of one name, that of the shorter namespace keeps it; the other has
/// the end of its namespace before it.
pub(crate) struct TypeNames {
    names: BTreeMap<QualifiedName, String>,
    /// In lower case: file systems may not tell case apart.
    taken: BTreeSet<String>,
}

impl TypeNames {
    pub(super) fn of<'n>(types: impl Iterator<Item = &'n QualifiedName>, references: &[Reference]) -> Self {
        let given = |name: &QualifiedName| references.iter().find_map(|reference| reference.name_of(name.as_str()));
        let mut types: Vec<_> = types.collect();
        types.sort_by_key(|name| (given(name).is_none(), name.namespace().len(), *name));
        let mut names = Self {
            names: BTreeMap::new(),
            taken: BTreeSet::new(),
        };
        for name in types {
            // What another crate has keeps the name that it has there.
            let chosen = given(name).map_or_else(|| names.free(name), str::to_owned);
            names.taken.insert(chosen.to_lowercase());
            names.names.insert(name.clone(), chosen);
        }
        names
    }

    /// The name of a type; that of one outside the slice is not taken by one inside.
    pub(super) fn get(&self, name: &QualifiedName) -> String {
        self.names.get(name).cloned().unwrap_or_else(|| self.free(name))
    }

    /// The name that is made of a type's and a purpose.
    pub(super) fn derived(&self, name: &QualifiedName, purpose: &str) -> String {
        let mut derived = guard_type(&(self.get(name).trim_end_matches('_').to_owned() + purpose));
        while self.taken.contains(&derived.to_lowercase()) {
            derived.push('_');
        }
        derived
    }

    /// The types that have another name than their own.
    pub(super) fn renamed(&self) -> Vec<String> {
        let renamed = self.names.iter().filter(|(name, rust)| simple_name(name) != **rust);
        renamed.map(|(name, rust)| format!("{name} is {rust}")).collect()
    }

    fn free(&self, name: &QualifiedName) -> String {
        let is_free = |rust: &String| !self.taken.contains(&rust.to_lowercase());
        let parts: Vec<_> = name.namespace().split('.').collect();
        let qualified = (0..parts.len()).rev().map(|first| {
            let words = parts.iter().skip(first).map(|part| part.to_upper_camel_case());
            guard_type(&(words.collect::<String>() + &name.name().to_upper_camel_case()))
        });
        let mut candidates = std::iter::once(simple_name(name)).chain(qualified);
        candidates.find(is_free).unwrap_or_else(|| {
            let mut rust = simple_name(name);
            while !is_free(&rust) {
                rust.push('_');
            }
            rust
        })
    }
}

/// The name of a type in camel case, with an underscore where it is taken.
fn simple_name(name: &QualifiedName) -> String {
    guard_type(&name.name().to_upper_camel_case())
}

/// A type's name, with an underscore where it is taken.
pub(super) fn guard_type(camel: &str) -> String {
    let camel = guard(camel, "Unnamed");
    if TAKEN_TYPES.contains(&&*camel) {
        camel + "_"
    } else {
        camel
    }
}

/// The method that leads from one builder to another.
pub(super) fn step_name(name: &str) -> String {
    let field = field_name(name);
    if TAKEN_STEPS.contains(&&*field) {
        field + "_"
    } else {
        field
    }
}

/// The field or method for a property: its name in snake case, raw where it is a keyword.
pub(super) fn field_name(name: &str) -> String {
    let snake = guard(&name.to_snake_case(), "unnamed");
    match &*snake {
        // These cannot be raw identifiers.
        "self" | "super" | "crate" => format!("{snake}_"),
        // A keyword of the edition that syn does not know.
        "gen" => "r#gen".to_owned(),
        taken if TAKEN_FIELDS.contains(&taken) => format!("{snake}_"),
        _ if syn::parse_str::<syn::Ident>(&snake).is_err() => format!("r#{snake}"),
        _ => snake,
    }
}

/// The constant for a property.
pub(super) fn constant_name(name: &str) -> String {
    guard(&name.to_shouty_snake_case(), "UNNAMED")
}

/// The variant for a member of an enumeration.
pub(super) fn variant_name(name: &str) -> String {
    let camel = guard(&name.to_upper_camel_case(), "Unnamed");
    // The last variant of every enumeration is `Unknown`.
    if matches!(&*camel, "Self" | "Unknown") {
        camel + "_"
    } else {
        camel
    }
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

/// What of a name Rust takes; with an underscore before a digit.
fn guard(name: &str, otherwise: &str) -> String {
    let is_taken = |letter: &char| letter.is_ascii() || syn::parse_str::<syn::Ident>(&format!("_{letter}")).is_ok();
    let name: String = name.chars().filter(is_taken).collect();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else if name.is_empty() {
        otherwise.to_owned()
    } else {
        name
    }
}

/// Complains of two items that would be in one file.
pub(super) fn check_files<'n>(context: &Context<'_>, names: impl Iterator<Item = &'n str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        // File systems may not tell case apart.
        if !seen.insert(name.to_lowercase()) {
            context.complain(Diagnostic::of(
                &context.source(Versions::ALL).name,
                format!("two generated items would both be `{name}`"),
                "take only one of them into the slice, by a narrower root",
            ));
        }
    }
}

/// Gives the later of two equal names within an item an underscore, and says which.
pub(super) fn settle<'m>(model: impl Iterator<Item = &'m mut ModelItem>) -> Vec<String> {
    let mut renamed = Vec::new();
    // What is sent names the constants of what is read.
    let (mut records, mut others) = (Vec::new(), Vec::new());
    for item in model {
        match item {
            ModelItem::Record(record) => records.push(record),
            other => others.push(other),
        }
    }
    let mut known = BTreeMap::new();
    for record in records {
        settle_record(record, &mut renamed);
        for field in &record.fields {
            let names = (field.name.clone(), field.constant.clone());
            known.insert((record.name.clone(), field.wire.clone()), names);
        }
    }
    for item in others {
        let mut names = Names::of(item.name(), &mut renamed);
        match item {
            ModelItem::Enum(enumeration) => {
                for variant in &mut enumeration.variants {
                    names.settle(&mut variant.name);
                }
            }
            ModelItem::Union(union) => {
                for variant in &mut union.variants {
                    names.settle(&mut variant.name);
                }
            }
            ModelItem::Write(write) => {
                let record = write.record.clone();
                for setter in write.setters.iter_mut().chain(&mut write.required) {
                    if let Some((field, constant)) = known.get(&(record.clone(), setter.wire.clone())) {
                        setter.rename(field, constant);
                    }
                    names.settle(&mut setter.field);
                }
                for setter in &mut write.setters {
                    match &mut setter.value {
                        SetterValue::Whole { clear, .. }
                        | SetterValue::Object { clear, .. }
                        | SetterValue::Objects { clear, .. } => {
                            if let Some(name) = clear {
                                names.settle(name);
                            }
                        }
                        SetterValue::Members { set, remove, .. } => {
                            names.settle(set);
                            if let Some((name, _)) = remove {
                                names.settle(name);
                            }
                        }
                    }
                }
            }
            ModelItem::Record(_) | ModelItem::OpenMap(_) | ModelItem::Marker(_) => {}
        }
    }
    renamed
}

impl Setter {
    /// Gives it the names that the property has where it is read.
    fn rename(&mut self, field: &str, constant: &str) {
        if self.field != field
            && let SetterValue::Whole { clear, .. }
            | SetterValue::Object { clear, .. }
            | SetterValue::Objects { clear, .. } = &mut self.value
            && let Some(clear) = clear
        {
            *clear = method_name("clear", field);
        }
        field.clone_into(&mut self.field);
        constant.clone_into(&mut self.constant);
    }
}

/// The same of the fields of a record, and of its constants.
fn settle_record(record: &mut Record, renamed: &mut Vec<String>) {
    let key = record.entity.as_ref().and_then(|entity| entity.field.clone());
    let is_key = |field: &Field| key.as_ref() == Some(&field.name) && matches!(field.ty, RustType::Id(_));
    let mut names = Names::of(&record.name, renamed);
    // The key has its name first: the id of the object is looked for there.
    let (mut keys, mut others): (Vec<_>, Vec<_>) = record.fields.iter_mut().partition(|field| is_key(field));
    for field in keys.iter_mut().chain(&mut others) {
        names.settle(&mut field.name);
    }
    let mut names = Names::of(&record.name, renamed);
    for field in &mut record.fields {
        names.settle(&mut field.constant);
    }
}

/// Gives the later of two equal names among the functions that paths begin with an underscore, and says which.
pub(super) fn settle_entries(entries: &mut [Child]) -> Vec<String> {
    let mut renamed = Vec::new();
    let mut names = Names::of("where paths begin", &mut renamed);
    for entry in entries.iter_mut() {
        names.settle(&mut entry.method);
    }
    for entry in entries {
        settle_key(entry, &mut renamed);
    }
    renamed
}

/// The same of the parameters of a step.
fn settle_key(child: &mut Child, renamed: &mut Vec<String>) {
    let mut names = Names::of(&child.method, renamed);
    if let Some(Key::Parentheses(parts)) = &mut child.key {
        for part in parts {
            names.settle(&mut part.name);
        }
    }
}

/// The same of the parameters of a request, beside those that it has by its kind.
fn settle_arguments(operation: &mut Operation, renamed: &mut Vec<String>) {
    let mut names = Names::of(&operation.name, renamed);
    names.seen.extend(["etag", "content", "part"].map(str::to_owned));
    for argument in &mut operation.arguments {
        names.settle(&mut argument.name);
    }
    if let Body::Parameters(arguments) = &mut operation.body {
        for argument in arguments {
            names.settle(&mut argument.name);
        }
    }
}

/// Gives the later of two equal names among the methods of a builder an underscore, and says which. Steps come first, then
/// what every path can have, then what is called.
pub(super) fn settle_builder(builder: &mut Builder) -> Vec<String> {
    let mut renamed = Vec::new();
    let mut methods = Names::of(&builder.name, &mut renamed);
    for child in &mut builder.children {
        methods.settle(&mut child.method);
    }
    let (mut own, mut called): (Vec<_>, Vec<_>) = builder
        .operations
        .iter_mut()
        .partition(|operation| operation.segment.is_none());
    for operation in own.iter_mut().chain(&mut called) {
        methods.settle(&mut operation.name);
    }
    let mut unsaid = Vec::new();
    let mut facts = Names::of(&builder.name, &mut unsaid);
    for operation in &mut builder.operations {
        facts.settle(&mut operation.facts);
    }
    for child in &mut builder.children {
        settle_key(child, &mut renamed);
    }
    for operation in &mut builder.operations {
        settle_arguments(operation, &mut renamed);
    }
    renamed
}

struct Names<'r> {
    item: String,
    seen: BTreeSet<String>,
    renamed: &'r mut Vec<String>,
}

impl<'r> Names<'r> {
    fn of(item: &str, renamed: &'r mut Vec<String>) -> Self {
        Self {
            item: item.to_owned(),
            seen: BTreeSet::new(),
            renamed,
        }
    }

    fn settle(&mut self, name: &mut String) {
        let first = name.clone();
        while !self.seen.insert(name.clone()) {
            name.push('_');
        }
        if *name != first {
            self.renamed.push(format!("{}: {first} is {name}", self.item));
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
            assert_eq!(simple_name(&QualifiedName::new("graph", name)), ty);
        }
    }

    /// What generated files import must not be declared in them.
    #[test]
    fn taken_types_are_those_of_the_prelude() {
        let source = include_str!("../../../msgraph-core/src/lib.rs");
        let prelude = source.split_once("pub mod prelude {").unwrap().1;
        let words = prelude.split(|letter: char| !letter.is_alphanumeric());
        let types: BTreeSet<_> = words
            .filter(|word| word.starts_with(|first: char| first.is_ascii_uppercase()))
            .collect();
        assert!(types.len() > 30, "{types:?}");
        let missing: Vec<_> = types.iter().filter(|name| !TAKEN_TYPES.contains(name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
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

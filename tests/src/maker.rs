//! JSON as the service might send it, made at random from the plan.

use std::collections::BTreeMap;

use msgraph_codegen::plan::{ModelItem, Plan, RustType};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Makes JSON as the service might send it.
#[derive(Debug)]
pub struct Maker {
    items: BTreeMap<String, ModelItem>,
}

/// How deep objects lie in each other.
const DEPTH: u32 = 3;

impl Maker {
    /// One that knows the types of a plan.
    pub fn of(plan: &Plan) -> Self {
        let items = plan
            .model
            .iter()
            .map(|item| (item.item.name().to_owned(), item.item.clone()));
        Self { items: items.collect() }
    }

    /// An item of the plan.
    ///
    /// # Panics
    ///
    /// Where there is none of this name.
    pub fn item(&self, name: &str) -> &ModelItem {
        &self.items[name]
    }

    /// Values of a type.
    ///
    /// # Panics
    ///
    /// Where there is none of this name.
    pub fn values(&self, name: &str) -> BoxedStrategy<Value> {
        self.named(name, DEPTH)
    }

    fn named(&self, name: &str, depth: u32) -> BoxedStrategy<Value> {
        match self.item(name) {
            ModelItem::Record(record) => {
                let mut members = Vec::new();
                for field in &record.fields {
                    let value = prop_oneof![1 => Just(None), 1 => Just(Some(Value::Null)), 3 => self.value(&field.ty, depth).prop_map(Some)];
                    members.push((field.wire.clone(), value.boxed()));
                }
                let ty = prop_oneof![
                    Just(record.odata_type.clone()),
                    Just(record.odata_type.to_lowercase()),
                    Just("#x.unknown".to_owned())
                ];
                object(members, ty.boxed())
            }
            ModelItem::Union(union) => {
                let known = union.variants.iter().map(|variant| self.named(&variant.wire, depth));
                prop::strategy::Union::new(known.chain([self.named(&union.other, depth)])).boxed()
            }
            ModelItem::Enum(enumeration) => {
                let names: Vec<_> = enumeration
                    .variants
                    .iter()
                    .map(|variant| variant.wire.clone())
                    .collect();
                prop_oneof![prop::sample::select(names), "[a-z]{0,9}"]
                    .prop_map(Value::from)
                    .boxed()
            }
            ModelItem::OpenMap(map) => {
                let value = prop_oneof![1 => Just(Value::Null), 4 => self.value(&map.value, depth)];
                let members = prop::collection::btree_map("[a-zA-Z0-9%/é-]{1,12}", value, 0..4);
                members
                    .prop_map(|members| Value::Object(members.into_iter().collect()))
                    .boxed()
            }
            ModelItem::Write(_) | ModelItem::Marker(_) => Just(Value::Null).boxed(),
        }
    }

    fn value(&self, ty: &RustType, depth: u32) -> BoxedStrategy<Value> {
        match ty {
            RustType::Bool => any::<bool>().prop_map(Value::from).boxed(),
            RustType::Integer(_) => any::<i16>().prop_map(Value::from).boxed(),
            RustType::Float(_) => any::<i16>().prop_map(|number| json!(f64::from(number) / 4.0)).boxed(),
            RustType::Core("Raw") => unknown(),
            RustType::Text | RustType::Core(_) | RustType::Id(_) => "\\PC{0,8}".prop_map(Value::from).boxed(),
            RustType::Flags(_) => prop::collection::vec("[a-z]{1,5}", 1..3)
                .prop_map(|names| names.join(",").into())
                .boxed(),
            RustType::Boxed(inner) => self.value(inner, depth),
            RustType::Model(_) | RustType::Versioned(_) | RustType::List(_) if depth == 0 => Just(Value::Null).boxed(),
            RustType::Model(name) | RustType::Versioned(name) => self.named(name, depth - 1),
            RustType::List(item) => prop::collection::vec(self.value(item, depth - 1), 0..3)
                .prop_map(|items| {
                    items
                        .into_iter()
                        .filter(|item| !item.is_null())
                        .collect::<Vec<_>>()
                        .into()
                })
                .boxed(),
        }
    }
}

fn object(members: Vec<(String, BoxedStrategy<Option<Value>>)>, ty: BoxedStrategy<String>) -> BoxedStrategy<Value> {
    let extra = prop::collection::btree_map("x[a-zA-Z@.]{1,9}", unknown(), 0..3);
    let annotations = (prop::option::of(ty), prop::option::of("W/\"[a-z]{0,9}\""));
    let (names, values): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    (values, extra, annotations)
        .prop_map(move |(values, extra, (ty, etag))| {
            let members = names
                .iter()
                .cloned()
                .zip(values)
                .filter_map(|(name, value)| Some((name, value?)));
            let mut object: Map<_, _> = members.chain(extra).collect();
            object.extend(ty.map(|ty| ("@odata.type".to_owned(), ty.into())));
            object.extend(etag.map(|etag| ("@odata.etag".to_owned(), etag.into())));
            Value::Object(object)
        })
        .boxed()
}

fn unknown() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[a-z@.]{1,6}", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
    .boxed()
}

//! The laws of `diff`, `apply` and `merge` for every record, and that the update made of a diff writes what changed and
//! nothing else, for every type that is an update. `PROPTEST_CASES` says how many values of each are tried.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

use std::{collections::BTreeSet, fmt};

use conformance::{LAWS, UPDATES, algebra::Update};
use msgraph_codegen::{
    generate,
    plan::{MemberValue, ModelItem, Plan, Removal, RustType, Setter, SetterValue, Write},
};
use proptest::{
    prelude::*,
    test_runner::{RngSeed, TestError, TestRunner},
};
use serde_json::{Map, Value, json};
use tests::{Maker, own_slice};

/// Runs a test with this many of the values, always the same ones.
fn run<S: Strategy<Value: fmt::Debug>>(
    name: &str,
    cases: u32,
    values: &S,
    test: impl Fn(S::Value) -> Result<(), String>,
) {
    let default = ProptestConfig::default();
    let config = ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() {
            default.cases
        } else {
            cases
        },
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        max_shrink_iters: 256,
        ..default
    };
    let result = TestRunner::new(config).run(values, |value| test(value).map_err(TestCaseError::fail));
    match result {
        Ok(()) => {}
        Err(TestError::Fail(reason, _)) => panic!("{name}: {reason}"),
        Err(error) => panic!("{name}: {error}"),
    }
}

/// Decisions, one after the other.
struct Picks(std::vec::IntoIter<u8>);

impl Picks {
    /// True once in so many times.
    fn once_in(&mut self, times: u8) -> bool {
        self.0.next().unwrap_or(1).is_multiple_of(times)
    }
}

fn picks() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 200)
}

/// An object with each member from either, or from neither; of objects that both have, with such a mixture.
fn mixed(one: &Value, other: &Value, picks: &mut Picks) -> Value {
    let (Value::Object(members), Value::Object(others)) = (one, other) else {
        let either = if picks.once_in(2) { one } else { other };
        return either.clone();
    };
    let names: BTreeSet<_> = members.keys().chain(others.keys()).collect();
    let mut mixture = Map::new();
    for name in names {
        let value = match (members.get(name), others.get(name)) {
            (Some(one @ Value::Object(_)), Some(other @ Value::Object(_))) => Some(mixed(one, other, picks)),
            (one, other) => if picks.once_in(2) { one } else { other }.cloned(),
        };
        mixture.extend(value.map(|value| (name.clone(), value)));
    }
    Value::Object(mixture)
}

fn plan() -> Plan {
    generate(&own_slice()).unwrap().plan
}

#[test]
fn every_record_obeys_the_laws() {
    let plan = plan();
    let maker = Maker::of(&plan);
    let items = plan.model.iter().map(|item| &item.item);
    let records = items.filter(|item| matches!(item, ModelItem::Record(_)));
    assert_eq!(LAWS.len(), records.count(), "every record is in the table");
    for (name, laws) in LAWS {
        let values = maker.values(name);
        run(
            name,
            24,
            &(values.clone(), values.clone(), values, picks()),
            |(base, one, other, picks)| {
                // The sides share what neither changed, and some of what both did.
                let mut picks = Picks(picks.into_iter());
                let mine = mixed(&base, &one, &mut picks);
                let theirs = mixed(&base, &mixed(&mine, &other, &mut picks), &mut picks);
                let [base, mine, theirs] = [base, mine, theirs].map(|value| value.to_string());
                laws(&base, &mine, &theirs).map_err(|law| format!("{law}: base {base}, mine {mine}, theirs {theirs}"))
            },
        );
    }
}

/// The types that are updates, each with how one is made.
fn updates(maker: &Maker) -> impl Iterator<Item = (&Write, Update)> {
    UPDATES.iter().filter_map(|(name, update)| match maker.item(name) {
        ModelItem::Write(write) if name.ends_with("Update") => Some((write, *update)),
        _ => None,
    })
}

#[test]
fn an_update_writes_what_changed_and_nothing_else() {
    let maker = Maker::of(&plan());
    assert!(updates(&maker).count() > 20);
    for (write, update) in updates(&maker) {
        let values = maker.values(&write.record);
        run(
            &write.name,
            24,
            &(values.clone(), values, picks()),
            |(before, other, picks)| {
                let rules = Rules { maker: &maker };
                let after = rules.edited(write, &before, &other, &mut Picks(picks.into_iter()));
                let patch = match update(&before.to_string(), &after.to_string()) {
                    // A new member of which nothing may be written cannot be sent, and is refused before it is.
                    Err(fault) if fault.starts_with("a member of") => return Ok(()),
                    patch => patch?,
                };
                let patch: Value = serde_json::from_str(&patch).unwrap();
                rules.check_minimal(write, &before, &after, &patch)?;
                let (written, expected) = (
                    rules.written(write, &before, &patch),
                    rules.expected(write, &before, &after),
                );
                if written != expected {
                    return Err(format!("{patch} makes {written}, not {expected}, of {before}"));
                }
                Ok(())
            },
        );
    }
}

#[test]
fn what_an_update_cannot_write_is_named() {
    let maker = Maker::of(&plan());
    for (write, update) in updates(&maker).filter(|(write, _)| !write.open) {
        let ModelItem::Record(record) = maker.item(&write.record) else {
            panic!("{} is no record", write.record);
        };
        let written = setters(write).map(|setter| &setter.wire).collect::<BTreeSet<_>>();
        run(&write.name, 24, &maker.values(&write.record), |value| {
            for field in record.fields.iter().filter(|field| !written.contains(&field.wire)) {
                let Some(value) = value.get(&field.wire) else { continue };
                let error = update("{}", &json!({ &field.wire: value }).to_string());
                if !error
                    .as_ref()
                    .is_err_and(|error| error.starts_with(&format!("`{}", field.wire)))
                {
                    return Err(format!("{} is written: {error:?}", field.wire));
                }
                // What was merely not asked for again is no change.
                let nothing = update(&json!({ &field.wire: value }).to_string(), "{}");
                if nothing != Ok("{}".to_owned()) {
                    return Err(format!("{} is cleared: {nothing:?}", field.wire));
                }
            }
            Ok(())
        });
    }
}

fn setters(write: &Write) -> impl Iterator<Item = &Setter> {
    write.required.iter().chain(&write.setters)
}

fn is_hint(ty: &RustType) -> bool {
    *ty == RustType::Core("NewOrderHint")
}

/// What the service takes and what it does with it, as the plan has it.
struct Rules<'m> {
    maker: &'m Maker,
}

/// The members of an object; none of anything else.
fn members(value: Option<&Value>) -> Map<String, Value> {
    value.and_then(Value::as_object).cloned().unwrap_or_default()
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

impl Rules<'_> {
    fn write(&self, name: &str) -> &Write {
        match self.maker.item(name) {
            ModelItem::Write(write) => write,
            _ => panic!("{name} is not sent"),
        }
    }

    /// The object with some of what may be written taken from another.
    fn edited(&self, write: &Write, before: &Value, other: &Value, picks: &mut Picks) -> Value {
        let mut after = members(Some(before));
        for setter in setters(write) {
            let Some(value) = other.get(&setter.wire).filter(|_| picks.once_in(2)) else {
                continue;
            };
            let value = match &setter.value {
                SetterValue::Whole { ty, .. } if is_hint(ty) => json!("a b!"),
                SetterValue::Whole { clear, .. }
                | SetterValue::Object { clear, .. }
                | SetterValue::Objects { clear, .. } => match value {
                    Value::Null if clear.is_none() => continue,
                    value => value.clone(),
                },
                SetterValue::Members {
                    value: member, remove, ..
                } => {
                    let Value::Object(others) = value else { continue };
                    let map = after.get(&setter.wire);
                    Value::Object(self.edited_members(member, remove.is_some(), map, others, picks))
                }
            };
            after.insert(setter.wire.clone(), value);
        }
        Value::Object(after)
    }

    fn edited_members(
        &self,
        member: &MemberValue,
        can_remove: bool,
        map: Option<&Value>,
        others: &Map<String, Value>,
        picks: &mut Picks,
    ) -> Map<String, Value> {
        let mut map = members(map);
        let keys: Vec<_> = map.keys().cloned().collect();
        for key in keys {
            if can_remove && picks.once_in(3) {
                map.remove(&key);
            } else if let (MemberValue::Edit(edit), Some(known @ Value::Object(_))) = (member, map.get(&key))
                && let Some(other) = others.values().find(|other| other.is_object())
            {
                let edited = self.edited(self.write(edit), known, other, picks);
                map.insert(key, edited);
            }
        }
        for (key, value) in others.iter().filter(|(_, value)| !value.is_null()) {
            let value = match member {
                // All that may be written of something new, so that no hint of the service is among it.
                MemberValue::Edit(edit) => {
                    let mut value = members(Some(value));
                    for setter in setters(self.write(edit)) {
                        if matches!(&setter.value, SetterValue::Whole { ty, .. } if is_hint(ty))
                            && value.remove(&setter.wire).is_some()
                            && picks.once_in(2)
                        {
                            value.insert(setter.wire.clone(), json!("a b!"));
                        }
                    }
                    Value::Object(value)
                }
                MemberValue::Plain(ty) if is_hint(ty) => json!("a b!"),
                MemberValue::Plain(_) | MemberValue::True => value.clone(),
            };
            map.entry(key).or_insert(value);
        }
        map
    }

    /// What the service makes of an update.
    fn written(&self, write: &Write, before: &Value, patch: &Value) -> Value {
        let mut written = members(Some(before));
        for (name, value) in members(Some(patch)).into_iter().filter(|(name, _)| !name.contains('@')) {
            let setter = setters(write).find(|setter| setter.wire == name);
            let Some(SetterValue::Members {
                value: member, remove, ..
            }) = setter.map(|setter| &setter.value)
            else {
                written.insert(name, value);
                continue;
            };
            let mut map = members(written.get(&name));
            for (key, value) in members(Some(&value)) {
                let is_removed = match remove {
                    Some((_, Removal::Null)) => value.is_null(),
                    Some((_, Removal::False)) => value == json!(false),
                    None => false,
                };
                let value = match (member, map.get(&key)) {
                    _ if is_removed => {
                        map.remove(&key);
                        continue;
                    }
                    (MemberValue::Edit(edit), Some(known @ Value::Object(_))) => {
                        assert!(value["@odata.type"].is_string(), "{value} has no type");
                        self.written(self.write(edit), known, &value)
                    }
                    (MemberValue::Edit(edit), _) => {
                        assert!(value["@odata.type"].is_string(), "{value} has no type");
                        self.written(self.write(edit), &json!({}), &value)
                    }
                    (MemberValue::Plain(_) | MemberValue::True, _) => value,
                };
                map.insert(key, value);
            }
            written.insert(name, Value::Object(map));
        }
        Value::Object(written)
    }

    /// What the object is once everything that changed is written.
    fn expected(&self, write: &Write, before: &Value, after: &Value) -> Value {
        let mut expected = members(Some(before));
        for setter in setters(write) {
            let (old, new) = (before.get(&setter.wire), after.get(&setter.wire));
            let Some(new) = new.filter(|new| old != Some(*new)) else {
                continue;
            };
            let value = match &setter.value {
                SetterValue::Whole { .. } => new.clone(),
                SetterValue::Object { .. } | SetterValue::Objects { .. } if new.is_null() => Value::Null,
                SetterValue::Object { edit, .. } => self.sent(self.write(edit), old.unwrap_or(&Value::Null), new),
                SetterValue::Objects { edit, .. } => {
                    let items = new.as_array().into_iter().flatten();
                    items
                        .map(|item| self.sent(self.write(edit), &Value::Null, item))
                        .collect()
                }
                SetterValue::Members { value: member, .. } => {
                    let map = self.expected_members(member, &members(old), new);
                    if map.is_empty() && !is_there(old) {
                        continue;
                    }
                    Value::Object(map)
                }
            };
            expected.insert(setter.wire.clone(), value);
        }
        Value::Object(expected)
    }

    fn expected_members(&self, member: &MemberValue, old: &Map<String, Value>, new: &Value) -> Map<String, Value> {
        let mut map = old.clone();
        let is_set = |value: &Value| match member {
            MemberValue::True => *value == json!(true),
            _ => !value.is_null(),
        };
        for (key, value) in old {
            if is_set(value) && !new.get(key).is_some_and(is_set) {
                map.remove(key);
            }
        }
        for (key, value) in members(Some(new)).into_iter().filter(|(_, value)| is_set(value)) {
            let value = match (member, old.get(&key)) {
                (MemberValue::Edit(edit), Some(known @ Value::Object(_))) => {
                    self.expected(self.write(edit), known, &value)
                }
                (MemberValue::Edit(edit), _) => self.sent(self.write(edit), &Value::Null, &value),
                (MemberValue::Plain(_) | MemberValue::True, _) => value,
            };
            map.insert(key, value);
        }
        map
    }

    /// What is sent of a whole object.
    fn sent(&self, write: &Write, before: &Value, object: &Value) -> Value {
        let mut sent = Map::new();
        for setter in setters(write) {
            let (value, clear) = (object.get(&setter.wire), clear(setter));
            let value = match (&setter.value, value) {
                (_, Some(Value::Null)) if clear => Value::Null,
                // The service merges an object of which something can be cleared.
                (_, None) if clear && is_there(before.get(&setter.wire)) => Value::Null,
                (SetterValue::Object { edit, .. }, Some(value @ Value::Object(_))) => {
                    let before = before.get(&setter.wire).unwrap_or(&Value::Null);
                    self.sent(self.write(edit), before, value)
                }
                (SetterValue::Objects { edit, .. }, Some(Value::Array(items))) => items
                    .iter()
                    .map(|item| self.sent(self.write(edit), &Value::Null, item))
                    .collect(),
                (SetterValue::Members { value: member, .. }, Some(value @ Value::Object(_))) => {
                    match self.expected_members(member, &Map::new(), value) {
                        map if map.is_empty() => continue,
                        map => Value::Object(map),
                    }
                }
                (_, Some(value)) if !value.is_null() => value.clone(),
                (SetterValue::Whole { ty, .. }, _) if is_hint(ty) && write.required.contains(setter) => json!(" !"),
                _ => continue,
            };
            sent.insert(setter.wire.clone(), value);
        }
        Value::Object(sent)
    }

    /// Nothing is sent that did not change.
    fn check_minimal(&self, write: &Write, before: &Value, after: &Value, patch: &Value) -> Result<(), String> {
        for (name, value) in members(Some(patch)).iter().filter(|(name, _)| !name.contains('@')) {
            let (old, new) = (before.get(name), after.get(name));
            if old == new {
                return Err(format!("{name} did not change, and is sent: {patch}"));
            }
            let setter = setters(write).find(|setter| setter.wire == *name);
            let Some(SetterValue::Members { value: member, .. }) = setter.map(|setter| &setter.value) else {
                continue;
            };
            let (old, new) = (members(old), members(new));
            for (key, value) in members(Some(value)) {
                let (old, new) = (old.get(&key), new.get(&key));
                if old == new {
                    return Err(format!("{name}/{key} did not change, and is sent: {patch}"));
                }
                if let (MemberValue::Edit(edit), Some(old), Some(new), Value::Object(_)) = (member, old, new, &value)
                    && old.is_object()
                {
                    self.check_minimal(self.write(edit), old, new, &value)?;
                }
            }
        }
        Ok(())
    }
}

fn clear(setter: &Setter) -> bool {
    match &setter.value {
        SetterValue::Whole { clear, .. } | SetterValue::Object { clear, .. } | SetterValue::Objects { clear, .. } => {
            clear.is_some()
        }
        SetterValue::Members { .. } => false,
    }
}

//! The algebra of records, with a record made by hand.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use msgraph_core::{
    Conflict, Diff, EncodedKey, FieldPath, OpenMap, OrderHint, Presence, Property, Raw, Record, Side, WhyNot, apply,
    diff, edits, merge,
    prelude::{Deserialize, Deserializer, Edit, MapAccess, Patch, Serialize, Serializer, Values, VisitProperties},
    record::{self, Extra},
    writes::{MemberRemoval, Writable, Writes},
};
use serde_json::json;

/// A record as it is generated.
macro_rules! record {
    ($name:ident { $($index:literal $field:ident $constant:ident $wire:literal $visit:ident: $ty:ty,)* }) => {
        #[derive(Debug, Clone, Default)]
        struct $name {
            $($field: Option<$ty>,)*
            extra: Extra,
        }

        impl $name {
            $(const $constant: Property<Self> = Property::new($index, $wire);)*
        }

        impl Record for $name {
            const ODATA_TYPE: &'static str = concat!("#test.", stringify!($name));

            fn extra(&self) -> &Extra {
                &self.extra
            }

            fn extra_mut(&mut self) -> &mut Extra {
                &mut self.extra
            }

            fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, values: &mut Values<A>) -> Result<bool, A::Error> {
                match name {
                    $($wire => self.$field = values.take(Self::$constant)?,)*
                    _ => return Ok(false),
                }
                Ok(true)
            }

            fn visit<V: VisitProperties>(&self, visitor: &mut V) -> Result<(), V::Error> {
                $(visitor.$visit(Self::$constant, &self.$field)?;)*
                Ok(())
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field &&)* record::same_extra(self, other)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                record::serialize(self, serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                record::deserialize(deserializer)
            }
        }
    };
}

record!(Link {
    0 alias ALIAS "alias" property: String,
    1 by BY "by" property: String,
    2 place PLACE "place" property: OrderHint,
});

record!(Note {
    0 body BODY "body" property: Box<Link>,
    1 hint HINT "hint" property: OrderHint,
    2 labels LABELS "labels" open_property: OpenMap<String, bool>,
    3 links LINKS "links" open_property: OpenMap<EncodedKey, Link>,
    4 owner OWNER "owner" property: String,
    5 title TITLE "title" property: String,
    6 until UNTIL "until" property: String,
});

macro_rules! update {
    ($name:ident of $record:ident: $fields:expr) => {
        #[derive(Debug)]
        struct $name(Patch<$record>);

        impl Edit for $name {
            type Record = $record;

            fn into_patch(self) -> Patch<$record> {
                self.0
            }
        }

        impl Writes for $name {
            const FIELDS: &'static [Writable<$record>] = $fields;

            fn from_patch(patch: Patch<$record>) -> Self {
                Self(patch)
            }
        }
    };
}

update!(LinkUpdate of Link: &[
    Writable::plain(Link::ALIAS).clearable(),
    Writable::order_hint(Link::PLACE).required(),
]);

update!(NoteUpdate of Note: &[
    Writable::object::<LinkUpdate>(Note::BODY),
    Writable::order_hint(Note::HINT),
    Writable::flag_members(Note::LABELS, MemberRemoval::False),
    Writable::object_members::<LinkUpdate>(Note::LINKS, MemberRemoval::Null),
    Writable::plain(Note::TITLE),
    Writable::plain(Note::UNTIL).clearable(),
]);

fn note(json: &serde_json::Value) -> Note {
    serde_json::from_str(&json.to_string()).unwrap()
}

fn paths(diff: &Diff<Note>) -> Vec<String> {
    diff.changes().map(|change| change.field.to_string()).collect()
}

fn sent(diff: Diff<Note>) -> serde_json::Value {
    serde_json::to_value(diff.into_update::<NoteUpdate>().unwrap().0).unwrap()
}

fn refusal(before: &Note, after: &Note) -> (String, WhyNot) {
    let error = edits(before, after).into_update::<NoteUpdate>().unwrap_err();
    (error.to_string(), error.why().clone())
}

#[test]
fn a_diff_is_field_by_field_and_key_by_key() {
    let before = note(&json!({
        "title": "a", "until": null, "x": 1, "links": { "https%3A//a": { "alias": "A" }, "b": { "alias": "B" } },
    }));
    let after = note(&json!({
        "title": "b", "x": 1.0, "y": null, "labels": { "red": true },
        "links": { "b": { "alias": "B" }, "https:%2F/a": { "alias": "AA" } },
    }));
    let changes = diff(&before, &after);
    let expected = [
        "labels",
        "labels[\"red\"]",
        "links[\"https://a\"]",
        "title",
        "until",
        "x",
        "y",
    ];
    assert_eq!(paths(&changes), expected);
    assert_eq!(apply(&before, &changes).unwrap(), after);
    assert_eq!(apply(&after, &diff(&after, &before)).unwrap(), before);
    assert!(diff(&before, &before).is_empty());
    let titles = changes.only(|change| change.field == Note::TITLE.into());
    assert_eq!(
        titles.changes().next().unwrap().after,
        Some(Raw::parse("\"b\"").unwrap())
    );
    assert_eq!(apply(&before, &titles).unwrap().title.as_deref(), Some("b"));
}

#[test]
fn absent_null_and_value_are_three_things() {
    let states = [json!({}), json!({ "title": null }), json!({ "title": "a" })].map(|json| note(&json));
    for one in &states {
        for other in &states {
            let made = apply(one, &diff(one, other)).unwrap();
            assert_eq!(made, *other);
            assert_eq!(made.presence(Note::TITLE), other.presence(Note::TITLE));
        }
    }
    // A property that was null when it arrived, and has a value now, is like one that arrived with it.
    let mut edited = note(&json!({ "title": null }));
    edited.title = Some("a".to_owned());
    assert_eq!(edited, note(&json!({ "title": "a" })));
    assert_ne!(note(&json!({ "title": null })), note(&json!({})));
}

#[test]
fn objects_have_no_order() {
    let maps = [
        r#"{"a":true,"b":false,"c":null,"a@x":1}"#,
        r#"{"c":null,"a@x":1,"b":false,"a":true}"#,
    ];
    let [one, other] = maps.map(|text| serde_json::from_str::<OpenMap<String, bool>>(text).unwrap());
    assert_eq!(one, other);
    let fewer: OpenMap<String, bool> = serde_json::from_str(r#"{"a":true,"b":false,"a@x":1}"#).unwrap();
    assert_ne!(one, fewer);
    assert_ne!(fewer, one);
    let [one, other, third] =
        [r#"{"x":1,"y":2}"#, r#"{"y":2,"x":1}"#, r#"{"y":2}"#].map(|text| serde_json::from_str::<Note>(text).unwrap());
    assert_eq!(one, other);
    assert_ne!(one, third);
    assert_ne!(third, one);
}

#[test]
fn a_diff_that_does_not_fit_is_an_error() {
    for (stored, field) in [
        (r#"[{"property":"title","after":7}]"#, "title"),
        (r#"[{"property":"title","key":"a","after":7}]"#, "title[\"a\"]"),
        (r#"[{"property":"links","key":"a","after":7}]"#, "links[\"a\"]"),
        (r#"[{"property":"labels","after":[]}]"#, "labels"),
    ] {
        let foreign: Diff<Note> = serde_json::from_str(stored).unwrap();
        assert_eq!(
            apply(&Note::default(), &foreign).unwrap_err().field().to_string(),
            field
        );
        // What an update is made of is not read, except member by member.
        let _ = foreign.into_update::<NoteUpdate>();
    }
}

#[test]
fn two_sides_are_merged_field_by_field() {
    let base = note(&json!({ "title": "a", "until": "1", "labels": { "red": true, "blue": true } }));
    let mine = note(&json!({ "title": "b", "until": "1", "labels": { "red": true, "green": true } }));
    let theirs = note(&json!({ "title": "a", "until": "2", "owner": "x", "labels": { "blue": true } }));
    let merged = note(&json!({ "title": "b", "until": "2", "owner": "x", "labels": { "green": true } }));
    for (one, other) in [(&mine, &theirs), (&theirs, &mine)] {
        let merge = merge(&base, one, other);
        assert_eq!(merge.merged, merged);
        assert_eq!(merge.conflicts, []);
    }
    assert_eq!(merge(&base, &mine, &mine).merged, mine);
}

#[test]
fn a_conflict_holds_theirs_until_it_is_resolved() {
    let base = note(&json!({ "title": "a", "until": "1" }));
    let mine = note(&json!({ "title": "b", "until": "2" }));
    let theirs = note(&json!({ "title": "c", "until": "1" }));
    let merge = merge(&base, &mine, &theirs);
    assert_eq!(merge.merged, note(&json!({ "title": "c", "until": "2" })));
    let [
        Conflict {
            field,
            base,
            mine: my,
            theirs,
            ..
        },
    ] = &*merge.conflicts
    else {
        panic!("{:?}", merge.conflicts);
    };
    let texts = [base, my, theirs].map(|value| value.as_ref().unwrap().as_str());
    assert_eq!((field, texts), (&FieldPath::from("title"), ["\"a\"", "\"b\"", "\"c\""]));
    assert_eq!(merge.clone().resolve(|_| Side::Mine).unwrap(), mine);
    assert_eq!(merge.clone().resolve(|_| Side::Theirs).unwrap(), merge.merged);
}

#[test]
fn a_map_that_one_side_removed_and_the_other_changed_is_one_conflict() {
    let base = note(&json!({ "labels": { "red": true, "blue": true } }));
    let mine = note(&json!({ "labels": null }));
    let theirs = note(&json!({ "labels": { "red": true, "green": true } }));
    let merge = merge(&base, &mine, &theirs);
    assert_eq!(merge.merged, theirs);
    assert_eq!(merge.conflicts.len(), 1);
    assert_eq!(merge.resolve(|_| Side::Mine).unwrap(), mine);
    // What both removed is none.
    let fewer = note(&json!({ "labels": { "red": true } }));
    let merge = msgraph_core::merge(&base, &mine, &fewer);
    assert_eq!((merge.merged, merge.conflicts), (mine, vec![]));
}

#[test]
fn an_update_is_what_changed() {
    let before = note(&json!({
        "title": "a", "until": "1", "hint": "8", "labels": { "red": true, "blue": false },
        "links": { "a": { "alias": "A", "by": "x", "place": "8" }, "b": { "alias": "B" }, "c": { "alias": "C" } },
    }));
    let mut after = before.clone();
    after.title = Some("b".to_owned());
    after.until = None;
    after.hint = Some(OrderHint::between(&OrderHint::new("1"), &OrderHint::new("2")).into());
    let labels = after.labels.as_mut().unwrap();
    labels.remove(&"red".to_owned());
    labels.remove(&"blue".to_owned());
    labels.insert("green".to_owned(), true);
    let links = after.links.as_mut().unwrap();
    links.get_mut(&"a".into()).unwrap().alias = None;
    links.remove(&"b".into());
    let new = Link {
        alias: Some("D".to_owned()),
        by: Some("me".to_owned()),
        ..Link::default()
    };
    links.insert(EncodedKey::new("https://d"), new);
    let expected = json!({
        "hint": "1 2!",
        "labels": { "green": true, "red": false },
        "links": {
            "a": { "@odata.type": "#test.Link", "alias": null },
            "b": null,
            "https%3A//d": { "@odata.type": "#test.Link", "alias": "D", "place": " !" },
        },
        "title": "b",
    });
    // Of a record that was not edited, what is absent was perhaps not asked for; a member comes whole.
    let mut without = expected.clone();
    assert_eq!(sent(diff(&before, &after)), without);
    let mut all = expected;
    all["until"] = json!(null);
    assert_eq!(sent(edits(&before, &after)), all);
    after.links.as_mut().unwrap().get_mut(&"a".into()).unwrap().alias = Some("AA".to_owned());
    without["links"]["a"] = json!({ "@odata.type": "#test.Link", "alias": "AA" });
    assert_eq!(sent(diff(&before, &after)), without);
}

#[test]
fn what_cannot_be_written_is_named() {
    let before =
        note(&json!({ "title": "a", "owner": "x", "hint": "1", "links": { "k": { "by": "x", "place": "1" } } }));
    let edit = |edit: fn(&mut Note)| {
        let mut after = before.clone();
        edit(&mut after);
        refusal(&before, &after)
    };
    let (text, why) = edit(|note| note.owner = Some("y".to_owned()));
    assert_eq!(
        (&*text, why),
        ("`owner` was changed, and this type cannot write it", WhyNot::ReadOnly)
    );
    let (text, why) = edit(|note| note.title = None);
    assert_eq!(
        (&*text, why),
        (
            "`title` was cleared, and the service does not let it be null",
            WhyNot::NotClearable
        )
    );
    let (_, why) = edit(|note| note.hint = Some(OrderHint::new("2")));
    assert_eq!(why, WhyNot::ServiceOrderHint);
    let (text, why) = edit(|note| {
        let link = note.links.as_mut().unwrap().get_mut(&"k".into()).unwrap();
        link.by = Some("y".to_owned());
    });
    assert_eq!(
        (&*text, why),
        (
            "`links[\"k\"].by` was changed, and this type cannot write it",
            WhyNot::ReadOnly
        )
    );
    let (text, why) = edit(|note| {
        let link = note.links.as_mut().unwrap().get_mut(&"k".into()).unwrap();
        link.place = Some(OrderHint::new("7"));
    });
    assert!(text.starts_with("`links[\"k\"].place`"), "{text}");
    assert_eq!(why, WhyNot::ServiceOrderHint);
    assert_eq!(before.presence(Note::UNTIL), Presence::Absent);
}

#[test]
fn a_copy_takes_what_may_be_written() {
    let read = note(
        &json!({ "@odata.etag": "1", "title": "a", "owner": "x", "body": { "alias": "A", "by": "x", "place": " !" } }),
    );
    let copy = diff(&Note::default(), &read).writable_by::<NoteUpdate>();
    assert_eq!(
        sent(copy),
        json!({ "title": "a", "body": { "alias": "A", "place": " !" } })
    );
}

#[test]
fn members_that_both_sides_changed_are_merged_property_by_property() {
    let base = note(&json!({ "links": { "a": { "alias": "one", "by": "x", "place": "P" } } }));
    let mine = note(&json!({ "links": { "a": { "alias": "mine", "by": "x", "place": "P" } } }));
    let theirs = note(&json!({ "links": { "a": { "alias": "one", "by": "y", "place": "Q" } } }));
    let merged = merge(&base, &mine, &theirs);
    assert!(merged.conflicts.is_empty());
    let both = json!({ "links": { "a": { "alias": "mine", "by": "y", "place": "Q" } } });
    assert_eq!(merged.merged, note(&both));
    // Where both changed one property, mine is theirs with that property of mine.
    let theirs = note(&json!({ "links": { "a": { "alias": "theirs", "by": "y", "place": "Q" } } }));
    let conflicting = merge(&base, &mine, &theirs);
    assert_eq!(conflicting.conflicts[0].field.to_string(), "links[\"a\"]");
    assert_eq!(conflicting.conflicts[0].apparent(), None);
    assert_eq!(conflicting.resolve(|_| Side::Mine).unwrap(), note(&both));
}

#[test]
fn what_the_service_adds_is_no_conflict() {
    let nothing = note(&json!({ "links": {} }));
    let place = |place: &str| note(&json!({ "links": { "a": { "place": place } } }));
    // Both added it; the service gave theirs a place, and says who.
    let theirs = note(&json!({ "links": { "a": { "place": "P", "by": "y" } } }));
    let merged = merge(&nothing, &place(" !"), &theirs);
    assert_eq!(merged.conflicts[0].apparent(), Some(Side::Theirs));
    // Both added it, each under a name of its own.
    let mine = note(&json!({ "links": { "a": { "place": " !", "alias": "mine" } } }));
    let theirs = note(&json!({ "links": { "a": { "place": "P", "alias": "theirs" } } }));
    let merged = merge(&nothing, &mine, &theirs);
    assert_eq!(merged.conflicts[0].apparent(), None);
}

#[test]
fn what_is_new_stands_where_its_original_does() {
    let hint = |hint: &str| note(&json!({ "hint": hint }));
    assert_eq!(sent(edits(&note(&json!({})), &hint("P"))), json!({ "hint": "P !" }));
    assert!(matches!(refusal(&hint("P"), &hint("Q")).1, WhyNot::ServiceOrderHint));
}

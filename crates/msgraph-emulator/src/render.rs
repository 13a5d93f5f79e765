//! Rows as JSON, as a version of the API shows them.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::{Map, Value};

use crate::{
    call::Call,
    etag::etag,
    reply::{Content, Reply},
    store::{Kind, Row},
    table::{self, Type},
};

/// An object with its id and its ETag, as the call is to see it.
pub(crate) fn entity(call: &Call<'_>, kind: Kind, ty: &Type, row: &Row) -> Map<String, Value> {
    let select = call.query.select();
    let mut shown = object(call, ty, &row.properties);
    if let Some(select) = select {
        shown.retain(|name, _| select.iter().any(|selected| selected == name));
    }
    if let Some(etag) = etag(kind, row.version) {
        shown.insert("@odata.etag".to_owned(), etag.into());
    }
    shown.insert("id".to_owned(), row.id.clone().into());
    shown
}

/// The properties of a type that the version has.
pub(crate) fn object(call: &Call<'_>, ty: &Type, properties: &Map<String, Value>) -> Map<String, Value> {
    match serde_json::to_value(Object { call, ty, properties }) {
        Ok(Value::Object(shown)) => shown,
        _ => Map::new(),
    }
}

/// Properties as they are shown, written without being copied first.
struct Object<'a> {
    call: &'a Call<'a>,
    ty: &'a Type,
    properties: &'a Map<String, Value>,
}

impl Object<'_> {
    fn write<S: SerializeMap>(&self, map: &mut S) -> Result<(), S::Error> {
        for (name, value) in self.properties {
            match self.ty.property(name) {
                Some(property) if property.versions.has(self.call.version) => {
                    let (call, kind) = (self.call, &property.kind);
                    map.serialize_entry(name, &Shown { call, kind, value })?;
                }
                Some(_) => {}
                None => map.serialize_entry(name, value)?,
            }
        }
        Ok(())
    }
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.write(&mut map)?;
        map.end()
    }
}

/// A value of a kind.
struct Shown<'a> {
    call: &'a Call<'a>,
    kind: &'a table::Kind,
    value: &'a Value,
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { call, kind, value } = *self;
        match (kind, value) {
            (table::Kind::Enum(of), Value::String(member)) if !call.prefer.unknown_members => {
                // Members after the sentinel are shown to those only who ask for them.
                let place = |name: &str| of.members.iter().position(|known| *known == name);
                match (place(member), place(SENTINEL)) {
                    (Some(place), Some(sentinel)) if place > sentinel => SENTINEL.serialize(serializer),
                    _ => value.serialize(serializer),
                }
            }
            (table::Kind::Object(ty), Value::Object(properties)) => {
                Object { call, ty, properties }.serialize(serializer)
            }
            (table::Kind::List(kind), Value::Array(items)) => {
                serializer.collect_seq(items.iter().map(|value| Shown { call, kind, value }))
            }
            (table::Kind::Open(kind), Value::Object(members)) => {
                let members = members.iter().map(|(key, value)| (key, Shown { call, kind, value }));
                serializer.collect_map(members)
            }
            _ => value.serialize(serializer),
        }
    }
}

const SENTINEL: &str = "unknownFutureValue";

/// A whole object.
struct Whole<'a> {
    object: Object<'a>,
    context: String,
    etag: Option<String>,
    id: &'a str,
}

impl Serialize for Whole<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("@odata.context", &self.context)?;
        if let Some(etag) = &self.etag {
            map.serialize_entry("@odata.etag", etag)?;
        }
        self.object.write(&mut map)?;
        map.serialize_entry("id", self.id)?;
        map.end()
    }
}

/// A reply with the whole of one object, which asks for nothing but that.
pub(crate) fn whole(call: &Call<'_>, status: u16, context: &str, kind: Kind, ty: &Type, row: &Row) -> Reply {
    let properties = &row.properties;
    let whole = Whole {
        object: Object { call, ty, properties },
        context: call.context(context),
        etag: etag(kind, row.version),
        id: &row.id,
    };
    let text = serde_json::to_string(&whole).unwrap_or_default();
    Reply {
        body: Content::Text(text),
        ..Reply::empty(status)
    }
}

/// A reply with one object.
pub(crate) fn one(call: &Call<'_>, status: u16, context: &str, mut shown: Map<String, Value>) -> Reply {
    shown.insert("@odata.context".to_owned(), call.context(context).into());
    Reply::json(status, Value::Object(shown))
}

/// A reply with a page of objects, and where it leads.
pub(crate) fn page(call: &Call<'_>, context: &str, items: Vec<Value>, link: Option<(&str, String)>) -> Reply {
    let mut page = Map::new();
    page.insert("@odata.context".to_owned(), call.context(context).into());
    page.insert("value".to_owned(), items.into());
    if let Some((name, link)) = link {
        page.insert(name.to_owned(), link.into());
    }
    Reply::json(200, page.into())
}

//! Rows as JSON, as a version of the API shows them.

use serde_json::{Map, Value};

use crate::{
    call::Call,
    etag::etag,
    reply::Reply,
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
    let shown = properties.iter().filter_map(|(name, value)| {
        let value = match ty.property(name) {
            Some(property) if property.versions.has(call.version) => self::value(call, &property.kind, value),
            Some(_) => return None,
            None => value.clone(),
        };
        Some((name.clone(), value))
    });
    shown.collect()
}

fn value(call: &Call<'_>, kind: &table::Kind, value: &Value) -> Value {
    match (kind, value) {
        (table::Kind::Enum(of), Value::String(member)) if !call.prefer.unknown_members => {
            // Members after the sentinel are shown to those only who ask for them.
            let place = |name: &str| of.members.iter().position(|known| *known == name);
            match (place(member), place("unknownFutureValue")) {
                (Some(place), Some(sentinel)) if place > sentinel => "unknownFutureValue".into(),
                _ => value.clone(),
            }
        }
        (table::Kind::Object(ty), Value::Object(object)) => Value::Object(self::object(call, ty, object)),
        (table::Kind::List(of), Value::Array(items)) => items
            .iter()
            .map(|item| self::value(call, of, item))
            .collect::<Vec<_>>()
            .into(),
        (table::Kind::Open(of), Value::Object(members)) => {
            let members = members
                .iter()
                .map(|(key, member)| (key.clone(), self::value(call, of, member)));
            Value::Object(members.collect())
        }
        _ => value.clone(),
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

//! What a client may send, judged by the generated tables.

use serde_json::{Map, Value};

use crate::{
    reply::Refusal,
    table::{Body, Enum, Kind, Member, Parameter, Removal, Route, Sent, Settable, Shape, Version},
};

/// Judges a body. Returns the shape that it has, where it is an object of one.
pub(crate) fn check(
    route: &Route,
    version: Version,
    body: &Map<String, Value>,
) -> Result<Option<&'static Shape>, Refusal> {
    match &route.body {
        Body::None | Body::Bytes => Ok(None),
        Body::Parameters(parameters) => {
            check_parameters(parameters, version, body)?;
            Ok(None)
        }
        Body::Object { shapes, typed } => {
            let shape = choose(shapes, *typed, body)?;
            check_shape(shape, version, body)?;
            Ok(Some(shape))
        }
    }
}

fn choose(
    shapes: &'static [&'static Shape],
    typed: bool,
    body: &Map<String, Value>,
) -> Result<&'static Shape, Refusal> {
    let named = body.get("@odata.type").and_then(Value::as_str);
    let found = match named {
        Some(named) => shapes.iter().find(|shape| is_type(named, shape)),
        // What is of one type need not say which.
        None if typed => None,
        None => shapes.first(),
    };
    // A derived type of one that is there alone is put up with.
    let found = found.or_else(|| shapes.first().filter(|_| shapes.len() == 1 && !typed));
    found.copied().ok_or_else(|| {
        let text = named.unwrap_or("(none)");
        Refusal::bad_request(format!(
            "The type '{text}' cannot be created here; '@odata.type' must name one that can."
        ))
    })
}

/// Whether `@odata.type` names the type of a shape. The service compares without case, and without `#`.
fn is_type(named: &str, shape: &Shape) -> bool {
    let named = named.trim_start_matches('#');
    let mut known = shape.of.legacy_names.iter().chain([&shape.of.name]);
    known.any(|name| name.trim_start_matches('#').eq_ignore_ascii_case(named))
}

fn check_parameters(parameters: &[Parameter], version: Version, body: &Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in body.iter().filter(|(name, _)| !name.contains('@')) {
        let parameter = parameters
            .iter()
            .find(|parameter| parameter.name.eq_ignore_ascii_case(name));
        let Some(parameter) = parameter else {
            return Err(Refusal::bad_request(format!(
                "The parameter '{name}' is not one of this action."
            )));
        };
        if !(value.is_null() && parameter.optional) {
            check_value(name, &parameter.kind, version, value)?;
        }
    }
    let missing = parameters
        .iter()
        .find(|parameter| !parameter.optional && !body.keys().any(|name| name.eq_ignore_ascii_case(parameter.name)));
    match missing {
        Some(parameter) => Err(Refusal::bad_request(format!(
            "The parameter '{}' is missing.",
            parameter.name
        ))),
        None => Ok(()),
    }
}

fn check_shape(shape: &Shape, version: Version, body: &Map<String, Value>) -> Result<(), Refusal> {
    for (name, value) in body {
        if name.contains('@') {
            continue;
        }
        match settable(shape, name, version) {
            Some(settable) => check_sent(name, &settable.sent, version, value)?,
            None => match shape
                .of
                .property(name)
                .filter(|property| property.versions.has(version))
            {
                Some(_) => {
                    return Err(Refusal::bad_request(format!(
                        "The property '{name}' is read-only here."
                    )));
                }
                None if shape.is_open => {}
                None => {
                    return Err(Refusal::bad_request(format!(
                        "The property '{name}' does not exist on type '{}'.",
                        shape.of.name
                    )));
                }
            },
        }
    }
    let missing = shape
        .required
        .iter()
        .find(|name| body.get(**name).is_none_or(Value::is_null));
    match missing {
        Some(name) => Err(Refusal::bad_request(format!(
            "The required property '{name}' is missing."
        ))),
        None => Ok(()),
    }
}

fn settable(shape: &Shape, name: &str, version: Version) -> Option<&'static Settable> {
    let found = shape.settable.iter().find(|settable| settable.name == name);
    found.filter(|settable| settable.versions.has(version))
}

fn wrong(name: &str, expected: &str) -> Refusal {
    Refusal::bad_request(format!("The value of '{name}' is not {expected}."))
}

fn check_sent(name: &str, sent: &Sent, version: Version, value: &Value) -> Result<(), Refusal> {
    let null_or = |nullable: bool| {
        if nullable {
            Ok(())
        } else {
            Err(Refusal::bad_request(format!("The property '{name}' must not be null.")))
        }
    };
    match sent {
        Sent::Value { nullable, .. } | Sent::Object { nullable, .. } | Sent::Objects { nullable, .. }
            if value.is_null() =>
        {
            null_or(*nullable)
        }
        Sent::Value { kind, .. } => check_value(name, kind, version, value),
        Sent::Object { shape, .. } => {
            let object = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
            check_shape(shape, version, object)
        }
        Sent::Objects { shape, .. } => {
            let objects = value.as_array().ok_or_else(|| wrong(name, "a list"))?;
            objects.iter().try_for_each(|object| {
                let object = object.as_object().ok_or_else(|| wrong(name, "a list of objects"))?;
                check_shape(shape, version, object)
            })
        }
        Sent::Members { key, member, removal } => {
            let members = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
            members
                .iter()
                .filter(|(key, _)| !key.starts_with('@'))
                .try_for_each(|(of, value)| {
                    check_key(name, key, of)?;
                    check_member(name, member, *removal, version, value)
                })
        }
    }
}

/// Keys of open types are property names, so some characters in them are escaped.
fn check_key(name: &str, kind: &str, key: &str) -> Result<(), Refusal> {
    let is_good = match kind {
        "Category" => key
            .strip_prefix("category")
            .and_then(|number| number.parse::<u8>().ok())
            .is_some_and(|number| (1..=25).contains(&number)),
        _ => !key.is_empty() && !key.contains(['.', ':', '@', '#']),
    };
    if is_good {
        Ok(())
    } else {
        Err(Refusal::bad_request(format!(
            "A member of '{name}' has an invalid name."
        )))
    }
}

fn check_member(name: &str, member: &Member, removal: Removal, version: Version, value: &Value) -> Result<(), Refusal> {
    match (member, value) {
        (_, Value::Null) if removal == Removal::Null => Ok(()),
        (_, Value::Null) => Err(Refusal::bad_request(format!(
            "A member of '{name}' cannot be removed by null."
        ))),
        (Member::Value(kind), value) => check_value(name, kind, version, value),
        (Member::Object(shape), Value::Object(object)) => {
            let named = object.get("@odata.type").and_then(Value::as_str);
            if !named.is_some_and(|named| is_type(named, shape)) {
                return Err(Refusal::bad_request(format!(
                    "A member of '{name}' must declare '@odata.type' as '#{}'.",
                    shape.of.name
                )));
            }
            if object.keys().all(|name| name.starts_with('@')) {
                return Err(Refusal::bad_request(format!("A member of '{name}' has no property.")));
            }
            check_shape(shape, version, object)
        }
        (Member::Object(_), _) => Err(wrong(name, "an object")),
    }
}

fn check_value(name: &str, kind: &Kind, version: Version, value: &Value) -> Result<(), Refusal> {
    let text = value.as_str();
    let is_good = match kind {
        Kind::Boolean => value.is_boolean(),
        Kind::Integer => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Text | Kind::OrderHint => text.is_some(),
        Kind::Guid => text.is_some_and(|text| text.len() == 36),
        Kind::DateTime => text.is_some_and(|text| text.parse::<jiff::Timestamp>().is_ok()),
        Kind::Date => text.is_some_and(|text| text.parse::<jiff::civil::Date>().is_ok()),
        Kind::Binary => text.is_some_and(is_base64),
        Kind::Enum(of) => text.is_some_and(|text| is_member(of, text)),
        Kind::Flags(of) => text.is_some_and(|text| text.split(',').all(|member| is_member(of, member.trim()))),
        Kind::Sent(shape) => {
            let object = value.as_object().ok_or_else(|| wrong(name, "an object"))?;
            return check_shape(shape, version, object);
        }
        Kind::List(of) => {
            let items = value.as_array().ok_or_else(|| wrong(name, "a list"))?;
            return items.iter().try_for_each(|item| check_value(name, of, version, item));
        }
        Kind::Object(_) | Kind::Open(_) => value.is_object(),
        Kind::Any => true,
    };
    if is_good {
        Ok(())
    } else {
        Err(wrong(name, expected(kind)))
    }
}

fn expected(kind: &Kind) -> &'static str {
    match kind {
        Kind::Boolean => "a Boolean",
        Kind::Integer => "an integer",
        Kind::Number => "a number",
        Kind::Text | Kind::OrderHint => "a text",
        Kind::Guid => "a GUID",
        Kind::DateTime => "a date and time with an offset",
        Kind::Date => "a date",
        Kind::Binary => "base64",
        Kind::Enum(_) => "a member of its enumeration",
        Kind::Flags(_) => "members of its enumeration",
        Kind::List(_) => "a list",
        Kind::Object(_) | Kind::Sent(_) | Kind::Open(_) => "an object",
        Kind::Any => "valid",
    }
}

fn is_member(of: &Enum, text: &str) -> bool {
    of.members.contains(&text) && text != "unknownFutureValue"
}

fn is_base64(text: &str) -> bool {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD.decode(text).is_ok()
}

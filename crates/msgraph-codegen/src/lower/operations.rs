//! The requests to one path: what each is called, takes and is answered with.

use heck::ToUpperCamelCase;

use super::{
    Context, names,
    requests::{builder_name, entry, is_request, key, path},
    write,
};
use crate::{
    csdl::{BoundCall, CallableKind, TypeRef, ValueType},
    docs::Item,
    overlay::{Entry, OperationEntry, reference},
    plan::{Answer, Argument, Body, Filter, Method, Operation, RustType},
    slice::{Chosen, Node, Step},
    toml_input::Place,
};

fn operation(context: &Context<'_>, node: &Node, method: Method, chosen: &Chosen) -> Operation {
    let entry = entry(context, node, method);
    let path = path(node);
    let number = match node.step {
        Step::Call(number) => Some(number),
        Step::Single(_) | Step::Collection(_) | Step::Key | Step::Stream(_) => None,
    };
    let call = number.and_then(|number| context.edm.calls.get(number));
    let call_name = number.zip(call).map(|(number, call)| call_name(context, number, call));
    let stream = match &node.step {
        Step::Stream(name) => Some(name.as_str()),
        Step::Single(_) | Step::Collection(_) | Step::Key | Step::Call(_) => None,
    };
    let filter = entry.and_then(|entry| filter(context, node, entry));
    let name = match (&filter, &call_name, stream) {
        (Some((_, name)), ..) => name.clone(),
        (None, Some(call_name), _) => call_name.clone(),
        (None, None, Some(stream)) => stream_name(method, stream),
        (None, None, None) => conventional_name(method, &node.step).to_owned(),
    };
    let gate = context.gate(&chosen.scopes().collect::<Vec<_>>());
    let item = Item::Operation(key(context, node, method));
    let mut docs = context.docs(&item, || format!("`{method} {path}`"));
    let reference = entry
        .and_then(|entry| reference(&entry.value.source))
        .map(str::to_owned);
    let permissions = entry.map(|entry| &entry.value.permissions);
    let permissions = [
        permissions.and_then(|least| least.work.clone()),
        permissions.and_then(|least| least.personal.clone()),
        permissions.and_then(|least| least.application.clone()),
    ];
    docs.extend(context.version_docs(chosen.versions));
    docs.extend(permission_docs(&permissions));
    docs.extend(
        reference
            .iter()
            .flat_map(|reference| [String::new(), format!("<{reference}>")]),
    );
    Operation {
        method,
        facts: match (&call_name, stream) {
            (Some(call_name), _) => names::constant_name(call_name.trim_start_matches("r#")),
            (None, Some(_)) => names::constant_name(&name),
            (None, None) => method.name().to_owned(),
        },
        aliases: Vec::new(),
        segment: call
            .map(|call| call_segment(context, call))
            .or(stream.map(str::to_owned)),
        parentheses: context.is_service() && call.is_some_and(|call| call.kind == CallableKind::Function),
        arguments: match call {
            Some(call) if method == Method::Get => arguments(context, call, |_| true),
            _ => Vec::new(),
        },
        path,
        docs,
        entity: context.type_name(&node.target),
        if_match: entry.is_some_and(|entry| entry.value.if_match),
        filter: filter.map(|(filter, _)| filter),
        body: body(context, node, method, call, entry),
        answer: answer(context, node, method, call, entry),
        representation: method == Method::Patch && entry.is_none_or(|entry| !entry.value.returns_object),
        options: match call {
            Some(_) => builder_name(context, node),
            None => builder_name(context, node) + &name.to_upper_camel_case(),
        },
        query_options: entry.map(|entry| query_options(context, entry)).unwrap_or_default(),
        permissions,
        clouds: entry.map(|entry| clouds(context, entry)).unwrap_or_default(),
        replay: entry.and_then(|entry| {
            let replay = entry.value.replay.as_ref()?;
            known_word(context, entry, replay, "replay", &REPLAYS)
        }),
        reference,
        name,
        gate,
    }
}

const REPLAYS: [(&str, &str); 3] = [("harmless", "Harmless"), ("checked", "Checked"), ("unsafe", "Unsafe")];

const CLOUDS: [(&str, &str); 4] = [
    ("china", "China"),
    ("global", "Global"),
    ("us-gov-dod", "UsGovDod"),
    ("us-gov-l4", "UsGovL4"),
];

/// The clouds that have an operation: those of its entry, or of the entry's file.
fn clouds(context: &Context<'_>, entry: &Entry<'_, OperationEntry>) -> Vec<String> {
    let words = entry.value.clouds.as_deref().unwrap_or(&entry.clouds);
    let clouds = words
        .iter()
        .filter_map(|word| known_word(context, entry, word, "cloud", &CLOUDS));
    clouds.collect()
}

/// What a word of the overlay is called in the runtime.
fn known_word(
    context: &Context<'_>,
    entry: &Entry<'_, OperationEntry>,
    word: &toml::Spanned<String>,
    kind: &str,
    known: &[(&str, &str)],
) -> Option<String> {
    let found = known.iter().find(|(name, _)| name == word.get_ref());
    if found.is_none() {
        let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
        context.complain(Place::new(entry.place.source, word).complain(
            format!("`{}` is no {kind}", word.get_ref()),
            format!("write one of: {}", names.join(", ")),
        ));
    }
    found.map(|(_, variant)| (*variant).to_owned())
}

/// The name of a request for a stream: the content of the entity, or one of its properties.
fn stream_name(method: Method, stream: &str) -> String {
    let word = if method == Method::Get { "read" } else { "write" };
    let field = if stream == "$value" {
        "content".to_owned()
    } else {
        names::field_name(stream)
    };
    names::method_name(word, &field)
}

/// The requests of one method: one for each type that can be sent, where the path leads to several.
pub(super) fn operations_of(context: &Context<'_>, node: &Node, method: Method, chosen: &Chosen) -> Vec<Operation> {
    let operation = operation(context, node, method, chosen);
    if is_request(node) || !context.is_abstract(&node.target) || !matches!(method, Method::Post | Method::Patch) {
        return vec![operation];
    }
    let derived = context.sent_types(&node.target).into_iter().map(|derived| Operation {
        name: names::method_name(&operation.name, &names::field_name(derived.name())),
        facts: format!("{}_{}", operation.facts, names::constant_name(derived.name())),
        body: Body::TypedEdit(match method {
            Method::Post => write::create_name(context, derived),
            _ => write::update_name(context, derived),
        }),
        answer: Answer::One(RustType::Versioned(context.type_name(derived))),
        ..operation.clone()
    });
    derived.collect()
}

/// The method that calls a function or an action: its name; of several of one name, with what it is called with.
fn call_name(context: &Context<'_>, number: usize, call: &BoundCall) -> String {
    let name = names::field_name(&call.name);
    if call.parameters.is_empty() || !context.overloads.contains(&number) {
        return name;
    }
    let parameters = call
        .parameters
        .iter()
        .map(|parameter| names::field_name(&parameter.name));
    let parameters: Vec<_> = parameters
        .map(|name| name.trim_start_matches("r#").to_owned())
        .collect();
    names::method_name(&format!("{name}_with"), &parameters.join("_and_"))
}

/// The segment by which a function or an action is called. Graph alone takes it without its namespace.
fn call_segment(context: &Context<'_>, call: &BoundCall) -> String {
    if context.is_service() {
        format!("{}.{}", call.namespace, call.name)
    } else {
        call.name.clone()
    }
}

/// What a function or an action is called with; one that is insisted on is needed, whatever the metadata says.
fn arguments(context: &Context<'_>, call: &BoundCall, insists: impl Fn(&str) -> bool) -> Vec<Argument> {
    let arguments = call.parameters.iter().map(|parameter| {
        let ty = write::argument_name(context, &parameter.ty).map(RustType::Model);
        Argument {
            name: names::field_name(&parameter.name),
            wire: parameter.name.clone(),
            is_object: ty.is_some(),
            is_complex: matches!(&parameter.ty.value, ValueType::Named(ty) if context.structured(ty).is_some()),
            ty: match ty {
                Some(ty) if parameter.ty.collection => RustType::List(Box::new(ty)),
                Some(ty) => ty,
                None => context.rust_type(&parameter.ty),
            },
            optional: parameter.nullable && !insists(&parameter.name),
        }
    });
    arguments.collect()
}

fn conventional_name(method: Method, step: &Step) -> &'static str {
    match (method, step) {
        (Method::Get, Step::Collection(_)) => "list",
        (Method::Get, _) => "get",
        (Method::Post, _) => "create",
        (Method::Patch, _) => "update",
        (Method::Put, _) => "replace",
        (Method::Delete, _) => "delete",
    }
}

fn body(
    context: &Context<'_>,
    node: &Node,
    method: Method,
    call: Option<&BoundCall>,
    entry: Option<&Entry<'_, OperationEntry>>,
) -> Body {
    let entry = entry.map(|entry| &entry.value);
    let typed = entry.is_some_and(|entry| entry.typed_body);
    let insists = |parameter: &str| {
        entry.is_some_and(|entry| entry.required.iter().any(|required| required.get_ref() == parameter))
    };
    match (call, method) {
        _ if matches!(node.step, Step::Stream(_)) => match method {
            Method::Put if entry.is_some_and(|entry| entry.upload) => Body::Part,
            Method::Put => Body::Content,
            Method::Get | Method::Post | Method::Patch | Method::Delete => Body::None,
        },
        (Some(call), Method::Post) => {
            check_required(context, node, method, call);
            Body::Parameters(arguments(context, call, insists))
        }
        (None, Method::Post) if typed => Body::TypedEdit(write::create_name(context, &node.target)),
        (None, Method::Post) => Body::Edit(write::create_name(context, &node.target)),
        (_, Method::Patch) if typed => Body::TypedEdit(write::update_name(context, &node.target)),
        (_, Method::Patch) => Body::Edit(write::update_name(context, &node.target)),
        (_, Method::Get | Method::Put | Method::Delete) => Body::None,
    }
}

/// Complains of what the overlay calls required, and is no parameter.
fn check_required(context: &Context<'_>, node: &Node, method: Method, call: &BoundCall) {
    let Some(entry) = entry(context, node, method) else {
        return;
    };
    for name in &entry.value.required {
        if !call
            .parameters
            .iter()
            .any(|parameter| parameter.name == *name.get_ref())
        {
            let names: Vec<_> = call
                .parameters
                .iter()
                .map(|parameter| parameter.name.as_str())
                .collect();
            context.complain(Place::new(entry.place.source, name).complain(
                format!("`{}` has no parameter `{}`", call.name, name.get_ref()),
                format!("write one of: {}", names.join(", ")),
            ));
        }
    }
}

fn answer(
    context: &Context<'_>,
    node: &Node,
    method: Method,
    call: Option<&BoundCall>,
    entry: Option<&Entry<'_, OperationEntry>>,
) -> Answer {
    if matches!(node.step, Step::Stream(_)) {
        return match method {
            Method::Get => Answer::Content,
            Method::Put if entry.is_some_and(|entry| entry.value.upload) => Answer::Uploaded,
            Method::Put | Method::Post | Method::Patch | Method::Delete => Answer::Nothing,
        };
    }
    let delta = entry.and_then(|entry| {
        let delta = entry.value.delta.as_ref()?;
        known_word(context, entry, delta, "kind of delta query", &DELTAS)
    });
    if let Some(call) = call {
        let Some(returns) = &call.returns else {
            return Answer::Nothing;
        };
        let one = TypeRef {
            collection: false,
            value: returns.value.clone(),
        };
        let one = match (&returns.value, context.rust_type(&one)) {
            (ValueType::Named(ty), RustType::Model(entity)) if context.is_entity(ty) => {
                if call.name == "delta" && returns.collection {
                    let links_first = delta.as_deref() == Some("Start");
                    return if links_first {
                        Answer::Start(entity)
                    } else {
                        Answer::Changes(entity)
                    };
                }
                context.entity_type(ty)
            }
            (_, ty) => ty,
        };
        return if returns.collection {
            Answer::Page(one)
        } else {
            Answer::One(one)
        };
    }
    let entity = context.entity_type(&node.target);
    match (method, &node.step) {
        (Method::Get, Step::Collection(_)) => Answer::Page(entity),
        (Method::Delete, _) => Answer::Nothing,
        (Method::Get | Method::Post | Method::Patch | Method::Put, _) => Answer::One(entity),
    }
}

const DELTAS: [(&str, &str); 2] = [("enumerate", "Changes"), ("link-first", "Start")];

fn permission_docs(permissions: &[Option<String>; 3]) -> Vec<String> {
    let kinds = ["work or school account", "personal account", "application"];
    let known: Vec<_> = kinds
        .iter()
        .zip(permissions)
        .filter_map(|(kind, name)| Some(format!("`{}` ({kind})", name.as_ref()?)))
        .collect();
    if known.is_empty() {
        return Vec::new();
    }
    vec![String::new(), format!("Least permission: {}.", known.join(", "))]
}

fn query_options(context: &Context<'_>, entry: &Entry<'_, OperationEntry>) -> Vec<String> {
    const KNOWN: [(&str, &str); 7] = [
        ("expand", "Expand"),
        ("filter", "Filter"),
        ("maxpagesize", "MaxPageSize"),
        ("orderby", "OrderBy"),
        ("select", "Select"),
        ("skip", "Skip"),
        ("top", "Top"),
    ];
    let options = entry.value.query_options.iter();
    let options = options.filter_map(|option| known_word(context, entry, option, "query option", &KNOWN));
    options.collect()
}

/// The filter that the service insists on, and the name of the method that takes it.
fn filter(context: &Context<'_>, node: &Node, entry: &Entry<'_, OperationEntry>) -> Option<(Filter, String)> {
    let filter = entry.value.required_filter.as_ref()?;
    let wire = filter.property.get_ref();
    let properties = context.properties(&node.target);
    let property = properties.iter().find(|(_, property)| property.name == *wire);
    match property.map(|(_, property)| context.read_type(&node.target, property)) {
        Some(RustType::Id(id_of)) => {
            let filter = Filter {
                wire: wire.clone(),
                parameter: names::field_name(wire),
                id_of,
            };
            Some((
                filter,
                context.method_name(entry, &entry.value.required_filter.as_ref()?.method)?,
            ))
        }
        _ => {
            context.complain(Place::new(entry.place.source, &filter.property).complain(
                format!("`{}` has no property `{wire}` that holds an id", node.target),
                "name a property that the overlay gives the meaning `id:TYPE`",
            ));
            None
        }
    }
}

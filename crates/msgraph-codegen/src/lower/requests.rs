//! The builders of the request crate.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;

use super::{Context, model, names};
use crate::{
    csdl::{BoundCall, CallableKind, Primitive, TypeRef, ValueType},
    docs::Item,
    overlay::{Entry, OperationEntry, Overlay, reference},
    plan::{
        Answer, Argument, Body, Builder, Child, Filter, Gated, Key, KeyPart, Method, Operation, RustType, Shortcut,
    },
    slice::{Chosen, Node, Scope, Slice, Step},
    toml_input::{Place, pattern},
};

pub(super) fn lower(context: &Context<'_>) -> (Vec<Gated<Builder>>, Vec<Child>) {
    let nodes = &context.slice.nodes;
    let mut builders = Vec::new();
    for group in groups(context).values() {
        let Some(node) = group.first() else { continue };
        let operations = operations(context, group);
        // Nothing leads on from a collection but its requests: an item is reached from what holds the collection.
        let is_end = matches!(node.step, Step::Collection(_)) && operations.is_empty();
        if is_end || !is_needed(context, node) || is_request(node) {
            continue;
        }
        let below: Vec<_> = group.iter().flat_map(|node| &node.children).copied().collect();
        let shortcuts = operations
            .iter()
            .filter_map(|operation| shortcut(context, node, operation));
        let gate = context.gate(&builder_scopes(context, node));
        let builder = Builder {
            name: builder_name(context, node),
            docs: path_docs(context, node),
            children: children(context, &below),
            shortcuts: shortcuts.collect(),
            operations,
            updates: false,
            deletes: false,
            path: path(node),
            retired: retired(context, node),
        };
        builders.push(Gated { gate, item: builder });
    }
    // An entity that two paths lead to by its id alone has its short forms on the first.
    let mut known = BTreeSet::new();
    for Gated { item: builder, .. } in &mut builders {
        builder
            .shortcuts
            .retain(|shortcut| known.insert((shortcut.root.clone(), shortcut.entity.clone(), shortcut.method)));
    }
    let shortcuts: Vec<_> = builders
        .iter()
        .flat_map(|builder| builder.item.shortcuts.clone())
        .collect();
    for Gated { item: builder, .. } in &mut builders {
        let mut own = shortcuts.iter().filter(|shortcut| shortcut.root == builder.name);
        // A request of the builder's own has the name, where there is one.
        let is_free = |name: &str| !builder.operations.iter().any(|operation| operation.name == name);
        let updates = is_free("update") && own.clone().any(|shortcut| shortcut.method == Method::Patch);
        let deletes = is_free("delete") && own.any(|shortcut| shortcut.method == Method::Delete);
        (builder.updates, builder.deletes) = (updates, deletes);
    }
    builders.sort_by(|one, other| one.item.name.cmp(&other.item.name));
    let is_root = |index: &usize| nodes.get(*index).is_some_and(|node| node.parent.is_none());
    let roots: Vec<_> = (0..nodes.len()).filter(is_root).collect();
    (builders, children(context, &roots))
}

/// The nodes by the path that they are known under: those of an alias are together with what they are an alias of,
/// and after it.
fn groups<'c>(context: &Context<'c>) -> BTreeMap<String, Vec<&'c Node>> {
    let mut groups: BTreeMap<String, Vec<&Node>> = BTreeMap::new();
    for node in &context.slice.nodes {
        groups.entry(canonical(context, node)).or_default().push(node);
    }
    for (known, group) in &mut groups {
        group.sort_by_key(|node| pattern(&path(node)) != *known);
    }
    groups
}

/// The requests to the path of these nodes, and the functions and actions that are called there.
fn operations(context: &Context<'_>, group: &[&Node]) -> Vec<Operation> {
    // Each with the path that it was found under.
    let mut operations: Vec<(usize, Operation)> = Vec::new();
    for (number, node) in group.iter().enumerate() {
        let calls = context.slice.children(&node.children).filter(|node| is_request(node));
        for node in std::iter::once(*node).chain(calls) {
            let methods = node.methods.iter();
            let each = methods.flat_map(|(method, chosen)| operations_of(context, node, *method, chosen));
            for operation in each.collect::<Vec<_>>() {
                // The same under another beginning of the path; what is alike under one is not the same.
                let is_alias = |(at, known): &&mut (usize, Operation)| {
                    let facts =
                        |operation: &Operation| (operation.facts.clone(), operation.method, operation.segment.clone());
                    *at != number && facts(known) == facts(&operation)
                };
                match operations.iter_mut().find(is_alias) {
                    Some((_, known)) => known.aliases.push(beginnings(&known.path, &operation.path)),
                    None => operations.push((number, operation)),
                }
            }
        }
    }
    operations.into_iter().map(|(_, operation)| operation).collect()
}

/// The beginnings in which two paths to the same thing differ.
fn beginnings(path: &str, alias: &str) -> (String, String) {
    let (mut path, mut alias) = (path, alias);
    while let (Some((above, last)), Some((above_alias, last_alias))) = (path.rsplit_once('/'), alias.rsplit_once('/')) {
        if last != last_alias || above.is_empty() || above_alias.is_empty() {
            break;
        }
        (path, alias) = (above, above_alias);
    }
    (path.to_owned(), alias.to_owned())
}

/// The path that overlay and prose know a node under.
fn canonical(context: &Context<'_>, node: &Node) -> String {
    context.overlay.canonical(&path(node))
}

fn path(node: &Node) -> String {
    format!("/{}", node.path.join("/"))
}

fn builder_name(context: &Context<'_>, node: &Node) -> String {
    let path = canonical(context, node);
    let name = context.builder_names.get(&path).cloned();
    name.unwrap_or_else(|| named_after(&path))
}

/// The names of the builders, by path. Of two that would have one name, the later has an underscore.
pub(super) fn builder_names(slice: &Slice, overlay: &Overlay<'_>) -> BTreeMap<String, String> {
    let paths: BTreeSet<_> = slice.nodes.iter().map(|node| overlay.canonical(&path(node))).collect();
    let (mut names, mut taken) = (BTreeMap::new(), BTreeSet::new());
    for path in paths {
        let mut name = named_after(&path);
        // File systems may not tell case apart.
        while !taken.insert(name.to_lowercase()) {
            name.push('_');
        }
        names.insert(path, name);
    }
    names
}

/// A type's name out of a path.
fn named_after(path: &str) -> String {
    let words = path.split('/').map(|segment| match segment {
        "{}" => "Item".to_owned(),
        name => name.to_upper_camel_case(),
    });
    match names::guard_type(&words.collect::<String>()) {
        // The version, in every builder.
        name if name == "V" => name + "_",
        name => name,
    }
}

/// Whether a node is a request of the builder before it, and no builder of its own.
fn is_request(node: &Node) -> bool {
    matches!(node.step, Step::Call(_) | Step::Stream(_))
}

/// Whether a node has requests, or leads to one that has.
fn is_needed(context: &Context<'_>, node: &Node) -> bool {
    let mut children = context.slice.children(&node.children);
    !node.methods.is_empty() || children.any(|child| is_needed(context, child))
}

/// What a node and those below it are generated for.
fn scopes(context: &Context<'_>, node: &Node) -> BTreeSet<Scope> {
    let mut scopes: BTreeSet<_> = node.methods.values().flat_map(Chosen::scopes).collect();
    for child in context.slice.children(&node.children) {
        scopes.extend(self::scopes(context, child));
    }
    scopes
}

/// What the builder of a node is generated for. That of a collection does not lead to its items.
fn builder_scopes(context: &Context<'_>, node: &Node) -> BTreeSet<Scope> {
    if !matches!(node.step, Step::Collection(_)) {
        return scopes(context, node);
    }
    let requests = context.slice.children(&node.children).filter(|child| is_request(child));
    let nodes = std::iter::once(node).chain(requests);
    let methods = nodes.flat_map(|node| node.methods.values());
    methods.flat_map(Chosen::scopes).collect()
}

/// That the path to a node is retired, if it is.
fn retired(context: &Context<'_>, node: &Node) -> Option<String> {
    let own = match &node.step {
        Step::Single(name) | Step::Collection(name) => node.parent.and_then(|parent| {
            let parent = context.slice.nodes.get(parent)?;
            let mut navigations = context.edm.navigations(&parent.target);
            let navigation = navigations.find(|navigation| navigation.name == *name)?;
            Context::retired(navigation.retired.as_ref())
        }),
        Step::Key | Step::Call(_) | Step::Stream(_) => None,
    };
    own.or_else(|| Context::retired(context.structured(&node.target)?.retired.as_ref()))
}

fn entry<'c>(context: &'c Context<'_>, node: &Node, method: Method) -> Option<&'c Entry<'c, OperationEntry>> {
    let entry = context.overlay.operations.get(&key(context, node, method))?;
    entry.used();
    Some(entry)
}

fn key(context: &Context<'_>, node: &Node, method: Method) -> String {
    format!("{method} {}", canonical(context, node))
}

/// The steps to these nodes, sorted by method.
fn children(context: &Context<'_>, nodes: &[usize]) -> Vec<Child> {
    let mut children = Vec::new();
    for node in context.slice.children(nodes).filter(|node| is_needed(context, node)) {
        match &node.step {
            Step::Single(name) => children.push(child(context, node, names::step_name(name), name)),
            Step::Collection(name) => {
                if has_requests(context, node) {
                    children.push(child(context, node, names::step_name(name), name));
                }
                let items = context
                    .slice
                    .children(&node.children)
                    .filter(|item| item.step == Step::Key);
                let items = items.filter(|item| is_needed(context, item));
                children.extend(items.map(|item| Child {
                    key: Some(key_of(context, item)),
                    ..child(context, item, item_method(context, node, name), name)
                }));
            }
            // An item is reached from what holds its collection; a call or a stream is a request, not a step.
            Step::Key | Step::Call(_) | Step::Stream(_) => {}
        }
    }
    children.sort_by(|one, other| one.method.cmp(&other.method));
    // An alias leads to the same builders.
    children.dedup_by(|later, first| later.method == first.method && later.builder == first.builder);
    children
}

/// Whether the path of a collection has requests, or something is called there.
fn has_requests(context: &Context<'_>, node: &Node) -> bool {
    let mut calls = context.slice.children(&node.children).filter(|node| is_request(node));
    !node.methods.is_empty() || calls.any(|call| !call.methods.is_empty())
}

fn child(context: &Context<'_>, node: &Node, method: String, segment: &str) -> Child {
    Child {
        method,
        segment: segment.to_owned(),
        key: None,
        builder: builder_name(context, node),
        docs: path_docs(context, node),
        gate: context.gate(&builder_scopes(context, node)),
        retired: retired(context, node),
    }
}

fn path_docs(context: &Context<'_>, node: &Node) -> Vec<String> {
    context.docs(&Item::Path(canonical(context, node)), || {
        format!("The path `{}`.", path(node))
    })
}

/// The method that leads to one of a collection: `task` for `tasks`, unless something else has that name.
fn item_method(context: &Context<'_>, collection: &Node, name: &str) -> String {
    let singular = names::singular(name);
    let nodes = &context.slice.nodes;
    let siblings: Vec<&Node> = match collection.parent.and_then(|parent| nodes.get(parent)) {
        Some(parent) => context.slice.children(&parent.children).collect(),
        None => nodes.iter().filter(|node| node.parent.is_none()).collect(),
    };
    let mut names = siblings.into_iter().filter_map(|node| match &node.step {
        Step::Single(name) | Step::Collection(name) => Some(name),
        Step::Key | Step::Call(_) | Step::Stream(_) => None,
    });
    if names.any(|taken| *taken == singular) {
        format!("{}_by_id", names::step_name(name).trim_start_matches("r#"))
    } else {
        names::step_name(&singular)
    }
}

/// How an item is named in the path.
fn key_of(context: &Context<'_>, item: &Node) -> Key {
    // A path that could not name its items was cut.
    let parts = context.edm.key(&item.target).unwrap_or_default();
    let is_single = parts.len() == 1;
    let parts = parts.into_iter().map(|(property, primitive)| {
        let ty = match context.read_type(&item.target, property) {
            RustType::Id(of) if is_single => RustType::Id(of),
            _ => context.rust_type(&property.ty),
        };
        KeyPart {
            name: names::field_name(&property.name),
            wire: property.name.clone(),
            quoted: primitive == Primitive::String,
            ty,
        }
    });
    match parts.collect::<Vec<_>>().as_slice() {
        [
            KeyPart {
                ty: RustType::Id(of),
                quoted: true,
                ..
            },
        ] if !context.is_service() => Key::Segment(of.clone()),
        parts => Key::Parentheses(parts.to_vec()),
    }
}

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
fn operations_of(context: &Context<'_>, node: &Node, method: Method, chosen: &Chosen) -> Vec<Operation> {
    let operation = operation(context, node, method, chosen);
    if is_request(node) || !context.is_abstract(&node.target) || !matches!(method, Method::Post | Method::Patch) {
        return vec![operation];
    }
    let derived = context.sent_types(&node.target).into_iter().map(|derived| Operation {
        name: names::method_name(&operation.name, &names::field_name(derived.name())),
        facts: format!("{}_{}", operation.facts, names::constant_name(derived.name())),
        body: Body::TypedEdit(match method {
            Method::Post => model::create_name(context, derived),
            _ => model::update_name(context, derived),
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
        let ty = model::argument_name(context, &parameter.ty).map(RustType::Model);
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
        (None, Method::Post) if typed => Body::TypedEdit(model::create_name(context, &node.target)),
        (None, Method::Post) => Body::Edit(model::create_name(context, &node.target)),
        (_, Method::Patch) if typed => Body::TypedEdit(model::update_name(context, &node.target)),
        (_, Method::Patch) => Body::Edit(model::update_name(context, &node.target)),
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

/// The short form of a write that needs an ETag: possible where one id is all that the path needs.
fn shortcut(context: &Context<'_>, node: &Node, operation: &Operation) -> Option<Shortcut> {
    if !operation.if_match || operation.segment.is_some() {
        return None;
    }
    let nodes = &context.slice.nodes;
    let mut chain: Vec<&Node> = std::iter::successors(Some(node), |node| nodes.get(node.parent?)).collect();
    chain.reverse();
    let (root, rest) = chain.split_first()?;
    let mut keys = chain.iter().filter(|node| node.step == Step::Key);
    let id_of = |node: &Node| match key_of(context, node) {
        Key::Segment(of) => Some(of),
        Key::Parentheses(parts) => match parts.as_slice() {
            [
                KeyPart {
                    ty: RustType::Id(of), ..
                },
            ] => Some(of.clone()),
            _ => None,
        },
    };
    let key = id_of(keys.next()?)?;
    let entity_key = id_of(chain.last()?)?;
    if keys.next().is_some() || key != entity_key || !matches!(root.step, Step::Single(_)) {
        return None;
    }
    let mut steps = Vec::new();
    for (position, node) in rest.iter().enumerate() {
        match &node.step {
            Step::Single(name) => steps.push((names::step_name(name), false)),
            Step::Collection(name) if rest.get(position + 1).is_some_and(|next| next.step == Step::Key) => {
                steps.push((item_method(context, node, name), true));
            }
            Step::Collection(_) => return None,
            Step::Key | Step::Call(_) | Step::Stream(_) => {}
        }
    }
    Some(Shortcut {
        method: operation.method,
        entity: operation.entity.clone(),
        update: match &operation.body {
            Body::Edit(update) => Some(update.clone()),
            Body::None | Body::TypedEdit(_) | Body::Parameters(_) | Body::Content | Body::Part => None,
        },
        root: builder_name(context, root),
        steps,
        versions: operation.gate.versions,
    })
}

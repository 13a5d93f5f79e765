//! The builders of the request crate.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;

use super::{Context, names, operations::operations_of};
use crate::{
    csdl::Primitive,
    docs::Item,
    overlay::{Entry, OperationEntry, Overlay},
    plan::{Body, Builder, Child, Gated, Key, KeyPart, Method, Operation, RustType, Shortcut},
    slice::{Chosen, Node, Scope, Slice, Step},
    toml_input::pattern,
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
pub(super) fn canonical(context: &Context<'_>, node: &Node) -> String {
    context.overlay.canonical(&path(node))
}

pub(super) fn path(node: &Node) -> String {
    format!("/{}", node.path.join("/"))
}

pub(super) fn builder_name(context: &Context<'_>, node: &Node) -> String {
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
pub(super) fn is_request(node: &Node) -> bool {
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

pub(super) fn entry<'c>(
    context: &'c Context<'_>,
    node: &Node,
    method: Method,
) -> Option<&'c Entry<'c, OperationEntry>> {
    let entry = context.overlay.operations.get(&key(context, node, method))?;
    entry.used();
    Some(entry)
}

pub(super) fn key(context: &Context<'_>, node: &Node, method: Method) -> String {
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

//! The builders of the request crate.

use heck::ToUpperCamelCase;

use super::{Context, model, names};
use crate::{
    docs::Item,
    overlay::{Entry, OperationEntry},
    plan::{Answer, Builder, Child, Filter, Method, Operation, RustType, Shortcut},
    slice::{Node, Step},
    toml_input::{Place, pattern},
};

pub(super) fn lower(context: &Context<'_>) -> (Vec<Builder>, Vec<Child>) {
    let nodes = &context.slice.nodes;
    let mut builders = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let operations: Vec<_> = offered(context, node)
            .map(|method| operation(context, node, method))
            .collect();
        // Nothing leads on from a collection but its requests: an item is reached from what holds the collection.
        let is_end = matches!(node.step, Step::Collection(_)) && operations.is_empty();
        if is_end || !is_needed(context, node) {
            continue;
        }
        builders.push(Builder {
            name: builder_name(node),
            docs: path_docs(context, node),
            children: children(context, &node.children),
            shortcuts: operations
                .iter()
                .filter_map(|operation| shortcut(context, index, operation))
                .collect(),
            operations,
            updates: false,
            deletes: false,
            path: path(node),
        });
    }
    let shortcuts: Vec<_> = builders.iter().flat_map(|builder| builder.shortcuts.clone()).collect();
    for builder in &mut builders {
        let mut own = shortcuts.iter().filter(|shortcut| shortcut.root == builder.name);
        builder.updates = own.clone().any(|shortcut| shortcut.method == Method::Patch);
        builder.deletes = own.any(|shortcut| shortcut.method == Method::Delete);
    }
    builders.sort_by(|one, other| one.name.cmp(&other.name));
    let roots: Vec<_> = (0..nodes.len())
        .filter(|index| nodes.get(*index).is_some_and(|node| node.parent.is_none()))
        .collect();
    (builders, children(context, &roots))
}

fn path(node: &Node) -> String {
    format!("/{}", node.path.join("/"))
}

fn builder_name(node: &Node) -> String {
    let words = node.path.iter().map(|segment| {
        if segment.starts_with('{') {
            "Item".to_owned()
        } else {
            segment.to_upper_camel_case()
        }
    });
    words.collect()
}

/// Whether a node has requests, or leads to one that has.
fn is_needed(context: &Context<'_>, node: &Node) -> bool {
    let mut children = context.slice.children(&node.children);
    offered(context, node).next().is_some() || children.any(|child| is_needed(context, child))
}

fn entry<'c>(context: &'c Context<'_>, node: &Node, method: Method) -> Option<&'c Entry<'c, OperationEntry>> {
    let entry = context.overlay.operations.get(&key(node, method))?;
    entry.used();
    Some(entry)
}

fn key(node: &Node, method: Method) -> String {
    format!("{method} {}", pattern(&path(node)))
}

/// The methods of a path that the service has, as far as is known.
pub(super) fn offered<'c>(context: &'c Context<'_>, node: &'c Node) -> impl Iterator<Item = Method> + 'c {
    let methods = node.methods.keys().copied();
    methods.filter(|method| entry(context, node, *method).is_none_or(|entry| !entry.value.absent))
}

/// The steps to these nodes, sorted by method.
fn children(context: &Context<'_>, nodes: &[usize]) -> Vec<Child> {
    let mut children = Vec::new();
    for node in context.slice.children(nodes).filter(|node| is_needed(context, node)) {
        match &node.step {
            Step::Single(name) => children.push(child(context, node, names::field_name(name), name)),
            Step::Collection(name) => {
                if offered(context, node).next().is_some() {
                    children.push(child(context, node, names::field_name(name), name));
                }
                let items = context
                    .slice
                    .children(&node.children)
                    .filter(|item| is_needed(context, item));
                children.extend(items.map(|item| Child {
                    key: Some(key_of(context, item)),
                    ..child(context, item, item_method(name), name)
                }));
            }
            // Reached from what holds its collection.
            Step::Key => {}
        }
    }
    children.sort_by(|one, other| one.method.cmp(&other.method));
    children
}

fn child(context: &Context<'_>, node: &Node, method: String, segment: &str) -> Child {
    Child {
        method,
        segment: segment.to_owned(),
        key: None,
        builder: builder_name(node),
        docs: path_docs(context, node),
    }
}

fn path_docs(context: &Context<'_>, node: &Node) -> Vec<String> {
    let path = path(node);
    context.docs(&Item::Path(pattern(&path)), || format!("The path `{path}`."))
}

fn item_method(collection: &str) -> String {
    let singular = names::singular(collection);
    if singular == collection {
        format!("{}_by_id", names::field_name(collection))
    } else {
        names::field_name(&singular)
    }
}

/// The type whose id stands in the path of an item.
fn key_of(context: &Context<'_>, item: &Node) -> String {
    let properties = context.properties(&item.target);
    let property = properties
        .iter()
        .find(|(_, property)| context.is_key(&item.target, &property.name));
    match property.map(|(_, property)| context.read_type(&item.target, property)) {
        Some(RustType::Id(of)) => of,
        _ => names::type_name(&item.target),
    }
}

fn operation(context: &Context<'_>, node: &Node, method: Method) -> Operation {
    let entry = entry(context, node, method);
    let path = path(node);
    let name = match (method, &node.step) {
        (Method::Get, Step::Collection(_)) => "list",
        (Method::Get, _) => "get",
        (Method::Post, _) => "create",
        (Method::Patch, _) => "update",
        (Method::Delete, _) => "delete",
    };
    let filter = entry.and_then(|entry| filter(context, node, entry));
    let mut docs = context.docs(&Item::Operation(key(node, method)), || format!("`{method} {path}`"));
    let reference = entry.map(|entry| entry.value.source.clone());
    let permissions = entry.map(|entry| &entry.value.permissions);
    let permissions = [
        permissions.and_then(|least| least.work.clone()),
        permissions.and_then(|least| least.personal.clone()),
        permissions.and_then(|least| least.application.clone()),
    ];
    docs.extend(permission_docs(&permissions));
    docs.extend(
        reference
            .iter()
            .flat_map(|reference| [String::new(), format!("<{reference}>")]),
    );
    Operation {
        method,
        name: filter
            .as_ref()
            .map_or_else(|| name.to_owned(), |(_, name)| name.clone()),
        path,
        docs,
        entity: names::type_name(&node.target),
        if_match: entry.is_some_and(|entry| entry.value.if_match),
        filter: filter.map(|(filter, _)| filter),
        body: match method {
            Method::Post => Some(model::create_name(&node.target)),
            Method::Patch => Some(model::update_name(&node.target)),
            Method::Get | Method::Delete => None,
        },
        answer: match (method, &node.step) {
            (Method::Get, Step::Collection(_)) => Answer::Page,
            (Method::Delete, _) => Answer::Nothing,
            (Method::Get | Method::Post | Method::Patch, _) => Answer::Versioned,
        },
        query_options: entry.map(|entry| query_options(context, entry)).unwrap_or_default(),
        permissions,
        reference,
    }
}

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
    const KNOWN: [(&str, &str); 8] = [
        ("count", "Count"),
        ("expand", "Expand"),
        ("filter", "Filter"),
        ("orderby", "OrderBy"),
        ("search", "Search"),
        ("select", "Select"),
        ("skip", "Skip"),
        ("top", "Top"),
    ];
    let mut options = Vec::new();
    for option in &entry.value.query_options {
        match KNOWN.iter().find(|(name, _)| name == option.get_ref()) {
            Some((_, variant)) => options.push((*variant).to_owned()),
            None => context.complain(Place::new(entry.place.source, option).complain(
                format!("`{}` is no query option", option.get_ref()),
                format!("write one of: {}", KNOWN.map(|(name, _)| name).join(", ")),
            )),
        }
    }
    options
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
            Some((filter, entry.value.required_filter.as_ref()?.method.clone()))
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
fn shortcut(context: &Context<'_>, index: usize, operation: &Operation) -> Option<Shortcut> {
    if !operation.if_match {
        return None;
    }
    let nodes = &context.slice.nodes;
    let mut chain: Vec<&Node> = std::iter::successors(nodes.get(index), |node| nodes.get(node.parent?)).collect();
    chain.reverse();
    let (root, rest) = chain.split_first()?;
    let mut keys = chain.iter().filter(|node| node.step == Step::Key);
    let key = key_of(context, keys.next()?);
    let entity_key = key_of(context, chain.last()?);
    if keys.next().is_some() || key != entity_key || !matches!(root.step, Step::Single(_)) {
        return None;
    }
    let mut steps = Vec::new();
    for (position, node) in rest.iter().enumerate() {
        match &node.step {
            Step::Single(name) => steps.push((names::field_name(name), false)),
            Step::Collection(name) if rest.get(position + 1).is_some_and(|next| next.step == Step::Key) => {
                steps.push((item_method(name), true));
            }
            Step::Collection(_) => return None,
            Step::Key => {}
        }
    }
    Some(Shortcut {
        method: operation.method,
        entity: operation.entity.clone(),
        update: (operation.method == Method::Patch)
            .then(|| operation.body.clone())
            .flatten(),
        root: builder_name(root),
        steps,
    })
}

//! A driver of the generated crates, for tests: JSON in, through the builders and the setters that a user would call.

mod algebra;
mod bodies;
mod routes;
mod shapes;

use super::{Files, insert};
use crate::{
    Diagnostics, format,
    plan::{ModelItem, Plan},
};

/// The files of the driver, by their path below the folder of the crate that holds it.
pub(crate) fn emit(plan: &Plan) -> Result<Files, Diagnostics> {
    let mut files = Files::new();
    for (number, version) in plan.versions.iter().enumerate() {
        let text = format::plain_file(routes::emit(plan, number, *version));
        insert(&mut files, format!("routes_{}.rs", version.module()), text)?;
    }
    insert(
        &mut files,
        "bodies.rs".to_owned(),
        format::plain_file(bodies::emit(plan)),
    )?;
    insert(
        &mut files,
        "shapes.rs".to_owned(),
        format::plain_file(shapes::emit(plan)),
    )?;
    insert(
        &mut files,
        "algebra.rs".to_owned(),
        format::plain_file(algebra::emit(plan)),
    )?;
    insert(
        &mut files,
        "codecs.rs".to_owned(),
        format::plain_file(bodies::codecs(plan)),
    )?;
    Ok(files)
}

/// The type that the objects of a write type are, as `@odata.type` names it.
fn odata_type<'p>(plan: &'p Plan, write: &str) -> Option<&'p str> {
    let record = plan.model.iter().find_map(|item| match &item.item {
        ModelItem::Write(known) if known.name == write => Some(&known.record),
        _ => None,
    })?;
    plan.model.iter().find_map(|item| match &item.item {
        ModelItem::Record(known) if known.name == *record => Some(known.odata_type.as_str()),
        _ => None,
    })
}

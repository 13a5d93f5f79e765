//! Tables of what the service has and takes, for an emulator that refuses what the service would refuse. They share no code with
//! the generated crates.

mod routes;
mod schema;

use super::{Files, insert};
use crate::{Diagnostics, format, plan::Plan};

/// The files of the tables, by their path below the folder of the emulator that holds them.
pub(crate) fn emit(plan: &Plan) -> Result<Files, Diagnostics> {
    let mut files = Files::new();
    let schema = format::plain_file(schema::emit(plan));
    insert(&mut files, "schema.rs".to_owned(), schema)?;
    let routes = format::plain_file(routes::emit(plan));
    insert(&mut files, "routes.rs".to_owned(), routes)?;
    Ok(files)
}

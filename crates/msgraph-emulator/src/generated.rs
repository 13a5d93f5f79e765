//! What the emulator takes and refuses: tables that generation writes from the same metadata and overlay as the other crates.

pub(crate) mod routes;
pub(crate) mod schema;

//! What the emulator takes and refuses: tables that generation writes from the same metadata and overlay as the other crates.

#[allow(clippy::wildcard_imports, reason = "the routes name hundreds of shapes")]
#[rustfmt::skip]
pub(crate) mod routes;
#[allow(dead_code, reason = "the tables say more than the rules ask")]
#[rustfmt::skip]
pub(crate) mod schema;

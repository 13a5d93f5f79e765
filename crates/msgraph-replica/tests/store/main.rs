//! What a store promises, of each that there is.
#![cfg(feature = "sqlite")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on panics"
)]

mod behaviour;
mod damage;
mod making;
mod processes;
mod side_by_side;
mod versions;

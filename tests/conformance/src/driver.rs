//! Generated: calls builders and setters with what an exchange holds.
#![allow(
    dead_code,
    deprecated,
    unused_imports,
    unused_mut,
    unreachable_patterns,
    clippy::never_loop,
    clippy::pedantic,
    clippy::single_match,
    clippy::match_single_binding,
    reason = "written by a generator for every case alike"
)]

#[rustfmt::skip]
pub(crate) mod algebra;
#[rustfmt::skip]
pub(crate) mod bodies;
#[rustfmt::skip]
pub(crate) mod codecs;
#[rustfmt::skip]
pub(crate) mod routes_beta;
#[rustfmt::skip]
pub(crate) mod routes_v1;
#[rustfmt::skip]
pub(crate) mod shapes;

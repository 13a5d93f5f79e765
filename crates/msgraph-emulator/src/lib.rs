//! An offline Microsoft Graph for Planner and To Do, which remembers, refuses and conflicts like the service does.
#![cfg_attr(not(test), warn(clippy::missing_panics_doc))]

mod base_task;
mod batch;
mod body;
mod call;
mod chance;
mod changes;
mod clock;
mod config;
mod control;
mod delta;
mod directory;
mod emulator;
mod etag;
mod faults;
mod filter;
mod generated;
mod inspect;
mod links;
mod lint;
mod log;
mod machine;
mod merge;
mod oauth;
mod planner;
mod query;
mod render;
mod reply;
mod route;
mod rules;
mod seed;
mod server;
mod service;
mod snapshot;
#[cfg(feature = "state")]
mod state;
mod store;
mod table;
mod throttle;
mod todo;
mod world;

pub use self::{
    config::Config,
    delta::{Chaos, Expiry},
    emulator::Emulator,
    faults::{Effect, Fault, Latency, Match, RetryAfter},
    log::{Note, Record},
    seed::Seed,
    server::Server,
    service::{Body, Dropped},
};

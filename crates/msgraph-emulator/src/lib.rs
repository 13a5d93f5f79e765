//! An offline Microsoft Graph for Planner and To Do, which remembers, refuses and conflicts like the service does.
#![cfg_attr(not(test), warn(clippy::missing_panics_doc))]

mod base_task;
mod body;
mod call;
mod changes;
mod clock;
mod config;
mod delta;
mod directory;
mod emulator;
mod etag;
mod filter;
mod generated;
mod inspect;
mod links;
mod merge;
mod oauth;
mod planner;
mod query;
mod render;
mod reply;
mod route;
mod rules;
mod seed;
mod service;
#[cfg(feature = "state")]
mod state;
mod store;
mod table;
mod todo;
mod world;

pub use self::{
    config::Config,
    delta::{Chaos, Expiry},
    emulator::Emulator,
    seed::Seed,
    service::Dropped,
};

#![doc = include_str!("../README.md")]

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

#[cfg(feature = "state")]
pub use self::state::{OpenError, StateError};
pub use self::{
    config::Config,
    delta::{Chaos, Expiry},
    emulator::Emulator,
    faults::{Effect, Fault, Latency, Match, RetryAfter},
    log::{Note, Record},
    seed::{Seed, SeedBucket, SeedError, SeedGroup, SeedList, SeedPlan, SeedStep, SeedTask, SeedTodo, SeedUser},
    server::Server,
    service::{Body, Dropped},
};

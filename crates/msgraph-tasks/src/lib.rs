//! Microsoft Planner and To Do, as people think of them.
//!
//! This crate is the one to add. It has what no metadata knows of the two services, and re-exports the rest:
//!
//! | here | what |
//! | --- | --- |
//! | [`Planner`], [`Todo`] | the services, through a [`Client`] |
//! | [`document`] | plans and lists as files: export, import, compare |
//! | [`todo`](mod@todo) | dates in a zone, what recurs, lists by name and as a whole, files |
//! | [`client`], [`core`], [`model`], [`v1`] | the crates below: the client, the ideas, the types, the requests |
//!
//! ```
//! use msgraph_tasks::{Client, Planner, StaticToken};
//!
//! # fn main() -> Result<(), msgraph_tasks::client::BuildError> {
//! let client = Client::new(StaticToken::new("a token"))?;
//! let planner = Planner::new(client);
//! # Ok(())
//! # }
//! ```

pub mod board;
mod containers;
pub mod document;
pub mod edit;
mod error;
pub mod names;
mod near;
pub mod order;
mod planner;
pub mod todo;
pub mod whole;
pub mod words;

pub use jiff;
pub use msgraph_client::{self as client, Client, StaticToken};
pub use msgraph_core::{self as core, ETag, Id, OrderHint, Versioned};
pub use msgraph_model as model;
#[cfg(feature = "beta")]
pub use msgraph_request::beta;
pub use msgraph_request::v1;

pub use self::{containers::Container, error::Error, planner::Planner, todo::Todo};

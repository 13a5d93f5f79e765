//! Sends the requests that the generated crates build.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use msgraph_client::{Client, StaticToken};
//! use msgraph_core::Id;
//! use msgraph_model::PlannerTaskUpdate;
//! use msgraph_request::v1;
//!
//! let client = Client::new(StaticToken::new("eyJ0..."))?;
//! let task = client.send(v1::planner().task(&Id::new("01gzSlKkIUSUl6DF_EilrmQAKDhh")).get()).await?;
//! let edit = PlannerTaskUpdate::new().title("Ship it").clear_due_date_time();
//! let task = client.send(v1::planner().update(&task, edit)).await?;
//! # let _ = task;
//! # Ok(())
//! # }
//! ```
//!
//! A token is sent to the base URL and to nowhere else: it must be `https`, or `http` on this machine, and no redirect
//! is followed.

mod base_url;
mod client;
mod credential;
mod error;

pub use self::{
    base_url::InvalidBaseUrl,
    client::{BuildError, Client, ClientBuilder},
    credential::{AccessToken, Credential, CredentialError, StaticToken, TokenFuture},
    error::{Error, TransportError},
};

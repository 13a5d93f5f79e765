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
//! A request is sent again where that is safe, and waits as long as the service asks; see [`RetryPolicy`]. What an ETag guards
//! is looked up when it cannot be told whether it was carried out. [`Client::pages`] follows the links of a listing.
//!
//! A token is sent to the base URL and to nowhere else: it must be `https`, or `http` on this machine, and no redirect
//! is followed.

#[cfg(feature = "blocking")]
pub mod blocking;

#[cfg(feature = "sign-in")]
pub mod sign_in;

mod base_url;
mod batch;
mod call;
mod client;
mod cloud;
mod credential;
mod delta;
mod download;
mod environment;
mod error;
mod governor;
mod hint;
mod options;
mod pages;
mod pipeline;
mod reconcile;
mod response;
mod retry;
mod transport;
mod upload;

#[cfg(feature = "azure-core")]
pub use self::credential::AzureCredential;
pub use self::{
    base_url::InvalidBaseUrl,
    batch::{Batch, BatchAnswers, BatchKey},
    call::Call,
    client::{BuildError, Client, ClientBuilder},
    cloud::Cloud,
    credential::{AccessToken, Credential, CredentialError, StaticToken, TokenFuture},
    delta::Round,
    download::Download,
    environment::{Environment, System},
    error::{Error, ErrorKind},
    hint::Hint,
    pages::{Cursor, ItemStream, Linked, PageStream, Pages},
    response::Response,
    retry::RetryPolicy,
    transport::{NotSent, RequestBody, TransportError},
    upload::{Attached, Upload},
};

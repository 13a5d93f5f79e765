//! Planner.

use msgraph_client::Client;

/// Planner, through a client.
#[derive(Debug, Clone)]
pub struct Planner {
    client: Client,
}

impl Planner {
    /// Planner as this client reaches it.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

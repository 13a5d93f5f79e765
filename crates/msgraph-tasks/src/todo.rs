//! To Do.

use msgraph_client::Client;

/// To Do of the user who is signed in, through a client.
#[derive(Debug, Clone)]
pub struct Todo {
    client: Client,
}

impl Todo {
    /// To Do as this client reaches it.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }
}

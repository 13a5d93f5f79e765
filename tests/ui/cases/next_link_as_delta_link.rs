//! A link to the next page is not the one to store.

use msgraph_core::{DeltaLink, NextLink};
use msgraph_model::TodoTask;

fn store(_: &DeltaLink<TodoTask>) {}

fn main() {
    store(&NextLink::new("https://graph.microsoft.com/v1.0/x?$skiptoken=y"));
}
